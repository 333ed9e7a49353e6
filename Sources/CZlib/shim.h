#ifndef SLIPWAY_CZLIB_H
#define SLIPWAY_CZLIB_H

#include <string.h>
#include <zlib.h>

/* The macro of zlib that takes the size of a structure is none that Swift knows. */
static inline int slipway_inflate_gzip(z_stream *stream) {
    memset(stream, 0, sizeof *stream);
    return inflateInit2(stream, 16 + MAX_WBITS);
}

#endif
