#ifndef SLIPWAY_CPROCESS_H
#define SLIPWAY_CPROCESS_H

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/eventfd.h>
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

// A handle of a process that becomes readable when the process ends (Linux 5.3).

static inline int slipway_process_handle(pid_t process) {
    return (int)syscall(SYS_pidfd_open, process, 0);
}

// A switch that a thread can wait for among other things.

static inline int slipway_make_switch(void) {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

static inline void slipway_turn_switch(int descriptor) {
    uint64_t one = 1;
    (void)!write(descriptor, &one, sizeof one);
}

// A pipe whose reader never waits; it holds much, where the system grants that, so that the writer seldom waits.

static inline int slipway_make_pipe(int ends[2]) {
    if (syscall(SYS_pipe2, ends, O_CLOEXEC) != 0) return -1;
    fcntl(ends[0], 1031 /* F_SETPIPE_SZ */, 1 << 18);
    return fcntl(ends[0], F_SETFL, O_NONBLOCK);
}

// How many bytes wait in a pipe.

static inline int slipway_waiting_bytes(int descriptor) {
    int count = 0;
    return ioctl(descriptor, FIONREAD, &count) == 0 ? count : 0;
}

// What a program is started with; the descriptors become its 0, 1 and 2.

struct slipway_launch {
    const char *path;
    char *const *arguments;
    char *const *environment;
    int directory, input, output, errors;
};

// glibc has these since 2.29 and 2.34, and declares them for GNU sources only.

int posix_spawn_file_actions_addfchdir_np(posix_spawn_file_actions_t *, int);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);

// Starts a program as the leader of a session of its own, with no signal ignored or held back and no descriptor but those
// three. Gives 0 or the error; no memory is copied for it, however large this process is.

static inline int slipway_spawn(pid_t *process, const struct slipway_launch *launch) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    int error = posix_spawn_file_actions_init(&actions);
    if (error) return error;
    error = posix_spawnattr_init(&attributes);
    if (!error) {
        error = posix_spawnattr_setflags(
            &attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | 0x80 /* POSIX_SPAWN_SETSID */);
        if (!error) error = posix_spawnattr_setsigdefault(&attributes, &all);
        if (!error) error = posix_spawnattr_setsigmask(&attributes, &none);
        if (!error) error = posix_spawn_file_actions_addfchdir_np(&actions, launch->directory);
        if (!error) error = posix_spawn_file_actions_adddup2(&actions, launch->input, 0);
        if (!error) error = posix_spawn_file_actions_adddup2(&actions, launch->output, 1);
        if (!error) error = posix_spawn_file_actions_adddup2(&actions, launch->errors, 2);
        if (!error) error = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
        if (!error)
            error = posix_spawn(
                process, launch->path, &actions, &attributes, launch->arguments, launch->environment);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

// Memory that was freed is kept: a process of seconds has no use for giving it back and asking for it again.

static inline void slipway_keep_freed_memory(void) {
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 128 << 20);
    mallopt(M_TOP_PAD, 32 << 20);
}

#endif
