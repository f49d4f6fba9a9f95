"""Makes the goldens of Files: the same lines compressed by Zstandard in each of the ways that its tools write.

    python generate.py            writes *.zst and SHA256SUMS beside this script
    python generate.py --check    makes them anew and compares every byte
"""
import os
import sys

import zstandard

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
import goldens

PINNED = {"zstandard": "0.25.0"}
# The test makes the same lines.
TEXT = b"".join(b"line %d of %d\n" % (i, i * i % 1009) for i in range(6_000))
# A frame to be skipped (RFC 8878, 3.1.2), as parallel compressors write it at the start.
SKIPPED = bytes([0x53, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3])


def generate(folder):
    def write(name, data):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(data)

    sized = zstandard.ZstdCompressor(level=19, write_checksum=True)
    stream = zstandard.ZstdCompressor(level=3, write_checksum=False, write_content_size=False)
    write("sized.zst", sized.compress(TEXT))
    pieces = stream.compressobj()
    write("stream.zst", b"".join([pieces.compress(TEXT[:30_000]), pieces.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK),
                                  pieces.compress(TEXT[30_000:]), pieces.flush()]))
    half = len(TEXT) // 2
    write("frames.zst", SKIPPED + sized.compress(TEXT[:half]) + SKIPPED + stream.compress(TEXT[half:]))
    # 64 MiB of one letter.
    write("bomb.zst", sized.compress(b"a" * (64 << 20)))
    # A window of 256 MiB, as with `zstd --long=28`.
    wide = zstandard.ZstdCompressionParameters.from_level(3, window_log=28, write_content_size=False)
    writer = zstandard.ZstdCompressor(compression_params=wide).compressobj()
    write("wide.zst", writer.compress(b"some text\n") + writer.flush())


if __name__ == "__main__":
    goldens.main(__file__, generate, PINNED)
