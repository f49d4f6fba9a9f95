// What zstd.h declares, for Swift.
#include <zstd.h>
#include <zstd_errors.h>
