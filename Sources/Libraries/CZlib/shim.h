#pragma once

#include <zlib.h>

/// inflateInit2 is a macro, which Swift cannot import; 31 asks for the gzip format only.
static inline int CZlib_startGzip(z_stream *stream) { return inflateInit2(stream, 31); }
