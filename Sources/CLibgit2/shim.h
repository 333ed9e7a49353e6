#ifndef SLIPWAY_CLIBGIT2_H
#define SLIPWAY_CLIBGIT2_H

#include <git2.h>
#include <git2/sys/mempack.h>
#include <git2/sys/odb_backend.h>

// git_libgit2_opts is variadic, which Swift cannot call.

static inline int slipway_git_set_flag(int option, int value) {
    return git_libgit2_opts(option, value);
}

static inline int slipway_git_set_extensions(const char **names, size_t count) {
    return git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, names, count);
}

#endif
