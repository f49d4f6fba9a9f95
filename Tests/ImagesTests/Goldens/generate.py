"""Makes the image goldens: small PNG and JPEG files, their pixels by Pillow, resized images and pixel values.

    python generate.py            writes everything and SHA256SUMS beside this script
    python generate.py --check    makes everything in a temporary folder and compares every byte

Needs exactly the versions in PINNED. expected.json says what lies where in expected.bin: `images` (RGB bytes by
transformers' load_image, which turns upright and converts) and `processors` (pixel_values of the PIL image processors,
float32, little-endian); of `resized`, RGB bytes by Image.resize, it holds the FNV-1a hashes of 64 bits. Pillow 13 takes the pass along columns first where
that is faster, which rounds differently; up to version 12 rows come first, but for images over 100 times as tall
as wide, and the project follows that.
"""
import io
import json
import os
import pathlib
import struct
import sys
import tempfile
import zlib

os.environ["HF_HUB_OFFLINE"] = "1"
import numpy
import PIL
import transformers
from PIL import Image
from transformers.image_utils import load_image
from transformers.models.deit.image_processing_pil_deit import DeiTImageProcessorPil
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2]))
import goldens

SEED = 20240612
PINNED = {"PIL": "12.3.0", "numpy": "2.4.6", "transformers": "5.24.0"}
FILTERS = ["nearest", "lanczos", "bilinear", "bicubic", "box", "hamming"]  # by Pillow's numbers
random = numpy.random.default_rng(SEED)


def formula(width, height):
    """An image that the tests make by the same formula."""
    y, x, c = numpy.meshgrid(numpy.arange(height), numpy.arange(width), numpy.arange(3), indexing="ij")
    return ((x * 7 + y * 13 + c * 31 + x * y // 5) % 256).astype(numpy.uint8)


def noise(width, height):
    """Random bytes, a third of them black or white, so that filters overshoot."""
    values = random.integers(0, 256, (height, width, 3))
    extreme = random.integers(0, 6, (height, width, 1))
    return numpy.where(extreme == 0, 0, numpy.where(extreme == 1, 255, values)).astype(numpy.uint8)


# --- PNG: a writer of our own, since Pillow writes neither interlaced files nor all bit depths

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def packed(samples, depth):
    """Rows of samples, each with filter type 0."""
    rows = b""
    for row in samples.reshape(samples.shape[0], -1):
        if depth == 16:
            data = row.astype(">u2").tobytes()
        else:
            bits = "".join(format(v, f"0{depth}b") for v in row)
            bits += "0" * (-len(bits) % 8)
            data = bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))
        rows += b"\0" + data
    return rows


def png(samples, color, depth, interlaced=False, before=b"", after=b""):
    height, width = samples.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, int(interlaced))
    passes = ADAM7 if interlaced else [(0, 0, 1, 1)]
    parts = [samples[y::dy, x::dx] for x, y, dx, dy in passes]
    data = b"".join(packed(part, depth) for part in parts if part.size)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before + chunk(b"IDAT", zlib.compress(data, 9)) + after
            + chunk(b"IEND", b""))


def png_files():
    width, height = 13, 9
    files = {}
    for color, depths in {0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16]}.items():
        for depth in depths:
            samples = random.integers(0, 2 ** depth, (height, width, CHANNELS[color]))
            if (color, depth) == (0, 16):
                samples[:3] //= 256
            name = {0: "grey", 2: "rgb", 3: "palette", 4: "grey-alpha", 6: "rgba"}[color] + f"-{depth}"
            palette = random.integers(0, 256, 3 * 2 ** min(depth, 6)).astype(numpy.uint8).tobytes()
            if color == 3:
                samples %= 2 ** min(depth, 6)
            before = chunk(b"PLTE", palette) if color == 3 else b""
            for interlaced in [False, True]:
                files[name + ("-interlaced" if interlaced else "") + ".png"] = png(
                    samples, color, depth, interlaced, before)
            if color == 3:
                alpha = random.integers(0, 256, 2 ** min(depth, 6)).astype(numpy.uint8).tobytes()
                files[name + "-transparent.png"] = png(samples, color, depth, False, before + chunk(b"tRNS", alpha))
    grey, rgb = (random.integers(0, 256, (height, width, n)) for n in (1, 3))
    files["grey-8-key.png"] = png(grey, 0, 8, False, chunk(b"tRNS", struct.pack(">H", int(grey[0, 0, 0]))))
    files["rgb-8-key.png"] = png(rgb, 2, 8, False, chunk(b"tRNS", struct.pack(">HHH", *map(int, rgb[0, 0]))))
    files["rgb-8-gamma.png"] = png(rgb, 2, 8, False, chunk(b"gAMA", struct.pack(">I", 100000)))
    files["one-pixel.png"] = png(rgb[:1, :1], 2, 8)
    files["exif-6.png"] = png(rgb, 2, 8, before=chunk(b"eXIf", exif(6, ">")))
    files["exif-8-behind.png"] = png(rgb, 2, 8, after=chunk(b"eXIf", exif(8, "<")))
    xmp = b'XML:com.adobe.xmp\0\0\0\0\0<x tiff:Orientation="3"/>'
    files["xmp-3.png"] = png(rgb, 2, 8, before=chunk(b"iTXt", xmp))
    files["noise.png"] = png(noise(37, 23).astype(int), 2, 8)
    return files


# --- JPEG

def exif(orientation, order):
    """A TIFF structure with two entries, the orientation second."""
    mark = b"II" if order == "<" else b"MM"
    entries = struct.pack(order + "HHII", 0x0100, 4, 1, 7) + struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)
    return mark + struct.pack(order + "HI", 42, 8) + struct.pack(order + "H", 2) + entries + bytes(4)


def jpeg(pixels, mode="RGB", **options):
    buffer = io.BytesIO()
    Image.fromarray(pixels, mode).save(buffer, "JPEG", **options)
    return buffer.getvalue()


def smooth(width, height, channels=3):
    y, x, c = numpy.meshgrid(numpy.arange(height), numpy.arange(width), numpy.arange(channels), indexing="ij")
    waves = 128 + 60 * numpy.sin(x / 3 + c) + 60 * numpy.cos(y / 4 - 2 * c) + random.normal(0, 6, x.shape)
    return numpy.clip(waves, 0, 255).astype(numpy.uint8)


def jpeg_files():
    image = smooth(21, 18)
    files = {f"{name}.jpg": jpeg(image, subsampling=code, quality=70)
             for name, code in {"444": 0, "422": 1, "420": 2}.items()}
    files["progressive.jpg"] = jpeg(image, progressive=True, quality=60)
    files["restarts.jpg"] = jpeg(image, restart_marker_blocks=1, quality=60)
    files["stored-rgb.jpg"] = jpeg(image, keep_rgb=True, quality=60)
    files["grey.jpg"] = jpeg(smooth(21, 18, 1)[:, :, 0], "L", quality=60)
    files["cmyk.jpg"] = jpeg(smooth(21, 18, 4), "CMYK", quality=60)
    ycck = bytearray(jpeg(smooth(21, 18, 4), "CMYK", quality=60))
    ycck[ycck.index(b"Adobe") + 11] = 2  # says that the inks were turned into YCCK
    files["ycck.jpg"] = bytes(ycck)
    files["one-pixel.jpg"] = jpeg(image[:1, :1])
    for orientation in range(1, 9):
        files[f"exif-{orientation}.jpg"] = jpeg(
            image[:5, :7], exif=b"Exif\0\0" + exif(orientation, "<>"[orientation % 2]), quality=60)
    files["xmp-6.jpg"] = jpeg(
        image[:5, :7], xmp=b"<x><tiff:Orientation>6</tiff:Orientation></x>", quality=60)
    return files


# --- expected values

class Values:
    """expected.bin and where each array lies in it."""
    def __init__(self):
        self.data = b""

    def add(self, array):
        place = len(self.data)
        self.data += numpy.ascontiguousarray(array).tobytes()
        return place


def fnv(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2 ** 64
    return f"{value:016x}"


def resized_cases(root):
    with Image.open(os.path.join(root, "images", "noise.png")) as image:
        sources = {"noise": image.convert("RGB")}
    sources["formula"] = Image.fromarray(formula(320, 240))
    sources["tall"] = Image.fromarray(formula(2, 230))
    sources["pixel"] = Image.fromarray(formula(1, 1))
    sizes = {"noise": [(12, 8), (45, 29), (37, 11), (50, 23), (1, 1), (2, 60)], "formula": [(24, 24)], "pixel": [(3, 2)],
             "tall": [(5, 40)]}
    for name, image in sources.items():
        for width, height in sizes[name]:
            for code, filter_name in enumerate(FILTERS):
                result = numpy.asarray(image.resize((width, height), code))
                yield {"source": name, "width": width, "height": height, "filter": filter_name,
                       "fnv": fnv(result.tobytes())}


def processor_cases(values):
    imagenet = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
    half = {"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}
    old = {"do_normalize": True, "do_resize": True, "resample": 2, "feature_extractor_type": "ViTFeatureExtractor"}
    vit = {"image_processor_type": "ViTImageProcessor"}
    configurations = [
        (50, 37, old | half | {"size": 16}),
        (50, 37, vit | imagenet | {"size": {"height": 12, "width": 16}, "resample": 3, "rescale_factor": 1 / 255}),
        (37, 50, vit | half | {"size": {"shortest_edge": 14}, "do_center_crop": True,
                               "crop_size": {"height": 11, "width": 12}}),
        (50, 37, vit | half | {"size": {"shortest_edge": 9}, "do_center_crop": True, "crop_size": 14}),
        (7, 9, vit | half | {"do_resize": False, "do_center_crop": True, "crop_size": {"height": 8, "width": 12}}),
        (9, 7, vit | {"do_resize": False, "do_normalize": False}),
        (9, 7, vit | {"do_resize": False, "do_rescale": False, "do_normalize": False}),
        (9, 7, vit | half | {"do_resize": False, "do_rescale": False}),
        (60, 20, vit | {"size": {"shortest_edge": 12, "longest_edge": 20}, "image_mean": 0.25, "image_std": 2.0}),
        (20, 61, vit | {"size": {"shortest_edge": 12, "longest_edge": 47}, "resample": 1}),
        (30, 26, {"image_processor_type": "DeiTImageProcessor", "size": {"height": 16, "width": 16},
                  "crop_size": {"height": 12, "width": 12}}),
        (1, 1, vit | half | {"size": {"height": 4, "width": 4}}),
    ]
    for width, height, configuration in configurations:
        kind = DeiTImageProcessorPil if "DeiT" in json.dumps(configuration) else ViTImageProcessorPil
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "preprocessor_config.json"), "w") as file:
                json.dump(configuration, file)
            processor = kind.from_pretrained(folder)
        pixels = processor(Image.fromarray(formula(width, height)), return_tensors="np")["pixel_values"][0]
        assert pixels.dtype in (numpy.float32, numpy.uint8), pixels.dtype
        yield {"sourceWidth": width, "sourceHeight": height, "configuration": configuration,
               "height": pixels.shape[1], "width": pixels.shape[2], "offset": values.add(pixels.astype("<f4"))}


def generate(root):
    global random
    random = numpy.random.default_rng(SEED)
    os.makedirs(os.path.join(root, "images"))
    values = Values()
    expected = {"images": []}
    for name, data in sorted((png_files() | jpeg_files()).items()):
        path = os.path.join(root, "images", name)
        with open(path, "wb") as file:
            file.write(data)
        pixels = numpy.asarray(load_image(path))
        expected["images"].append(
            {"file": name, "width": pixels.shape[1], "height": pixels.shape[0], "offset": values.add(pixels)})
    expected["resized"] = list(resized_cases(root))
    values.data += b"\0" * (-len(values.data) % 4)
    expected["processors"] = list(processor_cases(values))
    lines = ",\n".join(f' "{key}": [\n  ' + ",\n  ".join(json.dumps(v) for v in cases) + "\n ]"
                       for key, cases in expected.items())
    with open(os.path.join(root, "expected.json"), "w") as file:
        file.write("{\n" + lines + "\n}\n")
    with open(os.path.join(root, "expected.bin"), "wb") as file:
        file.write(values.data)


if __name__ == "__main__":
    goldens.main(__file__, generate, PINNED)
