#ifndef SLIPWAY_CZSTD_H
#define SLIPWAY_CZSTD_H

#include <zstd.h>

#endif
