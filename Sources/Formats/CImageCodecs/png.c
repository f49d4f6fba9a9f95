// PNG through libpng.
#include "cimagecodecs.h"

#include <png.h>
#include <stdio.h>

/// The bytes that are not read yet, and where a message goes.
typedef struct {
    const uint8_t *bytes;
    size_t count;
    ci_result *result;
} source;

static void fail(png_structp png, png_const_charp message) {
    source *from = png_get_error_ptr(png);
    snprintf(from->result->message, sizeof from->result->message, "%s", message);
    png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

static void read_bytes(png_structp png, png_bytep target, size_t count) {
    source *from = png_get_io_ptr(png);
    if (count > from->count) png_error(png, "the file ends in the middle of the image");
    for (size_t i = 0; i < count; i++) target[i] = from->bytes[i];
    from->bytes += count;
    from->count -= count;
}

/// Everything but 16-bit grey becomes 8-bit RGB.
static void choose_transforms(png_structp png, int is_deep_grey, int depth, int color) {
    if (is_deep_grey) return;
    if (color == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
    if (color == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(png);
    if (depth == 16) png_set_strip_16(png);
    png_set_strip_alpha(png);
    if (!(color & PNG_COLOR_MASK_COLOR)) png_set_gray_to_rgb(png);
}

/// A row of big-endian 16-bit grey values, spread in place to RGB.
static void clip_grey_row(uint8_t *row, size_t width) {
    for (size_t x = width; x-- > 0;) {
        uint8_t value = row[2 * x] ? 255 : row[2 * x + 1];
        row[3 * x] = row[3 * x + 1] = row[3 * x + 2] = value;
    }
}

/// Reads the header and, with `rgb`, the rest. Called with the jump target set.
static void read_image(png_structp png, png_infop info, uint8_t *rgb, size_t rgb_count, ci_result *result) {
    png_uint_32 width, height;
    int depth, color;
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_read_info(png, info);
    png_get_IHDR(png, info, &width, &height, &depth, &color, NULL, NULL, NULL);
    result->width = width;
    result->height = height;
    if (!rgb) return;
    if ((size_t)width * height * 3 != rgb_count) png_error(png, "the buffer does not fit the image");
    int is_deep_grey = depth == 16 && color == PNG_COLOR_TYPE_GRAY;
    choose_transforms(png, is_deep_grey, depth, color);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    if (png_get_rowbytes(png, info) != (size_t)width * (is_deep_grey ? 2 : 3))
        png_error(png, "its rows have an unexpected length");
    for (int pass = 0; pass < passes; pass++)
        for (size_t y = 0; y < height; y++) png_read_row(png, rgb + y * width * 3, NULL);
    png_read_end(png, NULL);
    for (size_t y = 0; is_deep_grey && y < height; y++) clip_grey_row(rgb + y * width * 3, width);
}

static int run(const uint8_t *bytes, size_t count, uint8_t *rgb, size_t rgb_count, ci_result *result) {
    source from = {bytes, count, result};
    *result = (ci_result){0};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &from, fail, ignore);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info) {
        if (png) png_destroy_read_struct(&png, NULL, NULL);
        snprintf(result->message, sizeof result->message, "libpng cannot start: no memory is left");
        return 1;
    }
    // Neither pointer changes after this line, so both are still right when libpng jumps back.
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_read_struct(&png, &info, NULL);
        return 1;
    }
    png_set_read_fn(png, &from, read_bytes);
    read_image(png, info, rgb, rgb_count, result);
    png_destroy_read_struct(&png, &info, NULL);
    return 0;
}

int ci_png_size(const uint8_t *bytes, size_t count, ci_result *result) {
    return run(bytes, count, NULL, 0, result);
}

int ci_png_decode(const uint8_t *bytes, size_t count, uint8_t *rgb, size_t rgb_count, ci_result *result) {
    return run(bytes, count, rgb, rgb_count, result);
}
