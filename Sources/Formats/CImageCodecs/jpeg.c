// JPEG through libjpeg-turbo.
#include "cimagecodecs.h"

#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>

#include <jerror.h>

/// libjpeg's error state with the place to jump back to; libjpeg knows only its first member.
typedef struct {
    struct jpeg_error_mgr base;
    jmp_buf target;
    ci_result *result;
} error_state;

static void fail(j_common_ptr codec) {
    error_state *error = (error_state *)codec->err;
    char message[JMSG_LENGTH_MAX];
    error->base.format_message(codec, message);
    snprintf(error->result->message, sizeof error->result->message, "%s", message);
    longjmp(error->target, 1);
}

/// Warnings that mean lost pixels are errors; libjpeg would fill the gap with grey.
static void take_warning(j_common_ptr codec, int level) {
    if (level >= 0) return;
    switch (codec->err->msg_code) {
    case JWRN_JPEG_EOF: {
        error_state *error = (error_state *)codec->err;
        snprintf(error->result->message, sizeof error->result->message,
                 "the file ends in the middle of the image");
        longjmp(error->target, 1);
    }
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC: fail(codec); break;
    default: codec->err->num_warnings++;
    }
}

/// The most scans of a progressive image. Encoders write about ten; each goes over all blocks again.
enum { most_scans = 100 };

/// Called now and then while the scans are read.
static void count_scans(j_common_ptr codec) {
    if (((j_decompress_ptr)codec)->input_scan_number <= most_scans) return;
    error_state *error = (error_state *)codec->err;
    snprintf(error->result->message, sizeof error->result->message,
             "it is stored in more than %d scans: save it again, not progressively", most_scans);
    longjmp(error->target, 1);
}

/// Three equal values of each grey one, from the right, in place.
static void spread_grey_row(uint8_t *row, size_t width) {
    for (size_t x = width; x-- > 0;) row[3 * x] = row[3 * x + 1] = row[3 * x + 2] = row[x];
}

/// a·b/255, rounded.
static int scaled(int a, int b) {
    int product = a * b + 128;
    return ((product >> 8) + product) >> 8;
}

/// `cmyk` as Adobe stores it, 255 for no ink.
static void convert_cmyk_row(const uint8_t *cmyk, uint8_t *rgb, size_t width) {
    for (size_t x = 0; x < width; x++) {
        int light = cmyk[4 * x + 3];
        for (int channel = 0; channel < 3; channel++) {
            int value = light - scaled(255 - cmyk[4 * x + channel], light);
            rgb[3 * x + channel] = value < 0 ? 0 : value;
        }
    }
}

static void read_rows(struct jpeg_decompress_struct *codec, uint8_t *rgb) {
    size_t width = codec->output_width;
    JSAMPARRAY inks = NULL;
    if (codec->out_color_space == JCS_CMYK)
        inks = codec->mem->alloc_sarray((j_common_ptr)codec, JPOOL_IMAGE, codec->output_width * 4, 1);
    while (codec->output_scanline < codec->output_height) {
        JSAMPROW row = rgb + codec->output_scanline * width * 3;
        jpeg_read_scanlines(codec, inks ? inks : &row, 1);
        if (inks) convert_cmyk_row(inks[0], row, width);
        if (codec->out_color_space == JCS_GRAYSCALE) spread_grey_row(row, width);
    }
}

/// Reads the header and, with `rgb`, the rest. Called with the jump target set.
static void read_image(
    struct jpeg_decompress_struct *codec, struct jpeg_progress_mgr *progress, const uint8_t *bytes,
    size_t count, uint8_t *rgb, size_t rgb_count, ci_result *result) {
    jpeg_create_decompress(codec);
    codec->progress = progress;
    jpeg_mem_src(codec, bytes, count);
    jpeg_read_header(codec, TRUE);
    result->width = codec->image_width;
    result->height = codec->image_height;
    switch (codec->num_components) {
    case 1: codec->out_color_space = JCS_GRAYSCALE; break;
    case 3: codec->out_color_space = JCS_RGB; break;
    case 4: codec->out_color_space = JCS_CMYK; break;
    default: ERREXIT2(codec, JERR_COMPONENT_COUNT, codec->num_components, 4);
    }
    if (!rgb) return;
    if ((size_t)codec->image_width * codec->image_height * 3 != rgb_count) ERREXIT(codec, JERR_BAD_LENGTH);
    jpeg_start_decompress(codec);
    read_rows(codec, rgb);
    jpeg_finish_decompress(codec);
}

static int run(const uint8_t *bytes, size_t count, uint8_t *rgb, size_t rgb_count, ci_result *result) {
    struct jpeg_decompress_struct codec = {0};
    struct jpeg_progress_mgr progress = {.progress_monitor = count_scans};
    error_state error;
    *result = (ci_result){0};
    codec.err = jpeg_std_error(&error.base);
    error.base.error_exit = fail;
    error.base.emit_message = take_warning;
    error.result = result;
    int failed = setjmp(error.target);
    if (!failed) read_image(&codec, &progress, bytes, count, rgb, rgb_count, result);
    jpeg_destroy_decompress(&codec);
    return failed ? 1 : 0;
}

int ci_jpeg_size(const uint8_t *bytes, size_t count, ci_result *result) {
    return run(bytes, count, NULL, 0, result);
}

int ci_jpeg_decode(const uint8_t *bytes, size_t count, uint8_t *rgb, size_t rgb_count, ci_result *result) {
    return run(bytes, count, rgb, rgb_count, result);
}
