// PNG and JPEG files in memory to RGB: what libpng and libjpeg report by longjmp comes back as a code and a
// message.
#ifndef CIMAGECODECS_H
#define CIMAGECODECS_H

#include <stddef.h>
#include <stdint.h>

/// What a call found. The message is one phrase without a full stop, empty on success.
typedef struct {
    uint32_t width, height;
    char message[256];
} ci_result;

/// The size of an image by its header. Returns 0, or 1 with a message.
int ci_png_size(const uint8_t *bytes, size_t count, ci_result *result);
int ci_jpeg_size(const uint8_t *bytes, size_t count, ci_result *result);

/// Decodes to `rgb`, rows of 3·width bytes from the top, `rgb_count` bytes in all. Alpha is dropped, 16-bit
/// samples keep their upper byte but grey ones without alpha, which are clipped at 255, CMYK is taken as
/// inverted: all as Pillow's `convert("RGB")` does. Returns 0, or 1 with a message.
int ci_png_decode(const uint8_t *bytes, size_t count, uint8_t *rgb, size_t rgb_count, ci_result *result);
int ci_jpeg_decode(const uint8_t *bytes, size_t count, uint8_t *rgb, size_t rgb_count, ci_result *result);

#endif
