#ifndef SLIPWAY_CPROCESS_H
#define SLIPWAY_CPROCESS_H

#include <sys/prctl.h>

// A variadic function, which Swift does not import.

static inline int slipway_adopt_orphans(void) {
    return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

#endif
