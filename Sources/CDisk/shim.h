#ifndef SLIPWAY_CDISK_H
#define SLIPWAY_CDISK_H

#include <sys/syscall.h>
#include <unistd.h>

// glibc declares syncfs for GNU sources only, and Swift imports none.

static inline int slipway_syncfs(int descriptor) {
    return (int)syscall(SYS_syncfs, descriptor);
}

#endif
