#pragma once

#include <stddef.h>

/// How often the calling thread has asked for memory since it started.
///
/// The C library's functions are replaced by ones that count and pass on. There is no other way to see
/// allocations of the Swift runtime from inside a process.
size_t CAllocations_count(void);
