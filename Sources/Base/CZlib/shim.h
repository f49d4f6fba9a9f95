// What zlib.h declares, for Swift.
#include <zlib.h>
