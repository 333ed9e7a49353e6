#ifndef SLIPWAY_CPROCESS_H
#define SLIPWAY_CPROCESS_H

#include <malloc.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// A variadic function, which Swift does not import.

static inline int slipway_adopt_orphans(void) {
    return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

// The columns of the terminal behind a descriptor; 0 where there is none, or it does not say.

static inline int slipway_terminal_width(int descriptor) {
    struct winsize size;
    return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

// And its rows.

static inline int slipway_terminal_height(int descriptor) {
    struct winsize size;
    return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_row : 0;
}

// glibc declares memfd_create for GNU sources only, and Swift imports none; 1 is MFD_CLOEXEC.

static inline int slipway_memory_file(void) {
    return (int)syscall(SYS_memfd_create, "slipway", 1);
}

// Memory that was freed is kept: a process of seconds has no use for giving it back and asking for it again.

static inline void slipway_keep_freed_memory(void) {
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 128 << 20);
    mallopt(M_TOP_PAD, 32 << 20);
}

#endif
