#ifndef SLIPWAY_CZLIB_H
#define SLIPWAY_CZLIB_H

#include <zlib.h>

#endif
