"""Makes digits.bin from the wheel of scikit-learn: python3 prepare.py scikit_learn-1.9.1-*.whl

Get the wheel with `pip download scikit-learn==1.9.1 --no-deps`; any platform's holds the same file. Nothing else is needed.
The result is the same on every machine: its length and digest stand in mod.rs, and a test compares them.

Layout (see src/data/pictures.rs): b"TSP1", width, height, classes, 0, the count in two bytes (low first), a label in each
half byte, a pixel in each half byte (low half first). Pixels count 0..16 there and 0..15 here: 16 is written as 15.
"""

import gzip
import hashlib
import pathlib
import sys
import zipfile

MEMBER = "sklearn/datasets/data/digits.csv.gz"
SHA256 = "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22"


def halves(values):
    values = list(values) + [0] * (len(values) % 2)
    return bytes(low | high << 4 for low, high in zip(values[::2], values[1::2]))


def fnv1a(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def main(wheel):
    packed = zipfile.ZipFile(wheel).read(MEMBER)
    if hashlib.sha256(packed).hexdigest() != SHA256:
        sys.exit(f"{MEMBER} in {wheel} is not the expected file")
    rows = [[int(float(cell)) for cell in line.split(",")] for line in gzip.decompress(packed).decode().split()]
    pixels = [min(value, 15) for row in rows for value in row[:64]]
    out = b"TSP1" + bytes([8, 8, 10, 0]) + len(rows).to_bytes(2, "little") + halves([row[64] for row in rows]) + halves(pixels)
    pathlib.Path(__file__).with_name("digits.bin").write_bytes(out)
    print(f"{len(rows)} pictures, {len(out)} bytes, digest 0x{fnv1a(out):016x}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
