#ifndef SLIPWAY_CLIBDEFLATE_H
#define SLIPWAY_CLIBDEFLATE_H

#include <libdeflate.h>

#endif
