"""Reference pixels of Pillow for the tests of package dataset.

Run in this folder: NISSL_DATA=... python pillow.py
Writes the small pictures beside this file and pillow.json: versions, and the sha256 of the RGB pixels
(channel, row, column) of every case; of a JPEG every step-th pixel as well.
"""
import hashlib, json, os
import numpy as np
import PIL
from PIL import Image, features

out = {"pillow": PIL.__version__, "numpy": np.__version__,
       "libjpeg_turbo": features.version("libjpeg_turbo"), "cases": []}


def sha(image):
    return hashlib.sha256(np.ascontiguousarray(np.asarray(image).transpose(2, 0, 1)).tobytes()).hexdigest()


def case(file, short, crop, bicubic=False, source=None):
    im = Image.open(source or file).convert("RGB")
    w, h = im.size
    if short:
        size = (short, int(short * h / w)) if w <= h else (int(short * w / h), short)
        im = im.resize(size, Image.BICUBIC if bicubic else Image.BILINEAR)
        w, h = size
    if crop:
        top, left = int(round((h - crop) / 2.0)), int(round((w - crop) / 2.0))
        im = im.crop((left, top, left + crop, top + crop))
    out["cases"].append({"file": file, "short": short, "crop": crop, "bicubic": bicubic,
                         "height": im.size[1], "width": im.size[0], "sha256": sha(im)})
    if file.endswith("jpg"):  # another decoder's rounding differs: the sha256 cannot agree, samples can be compared
        flat = np.asarray(im).transpose(2, 0, 1).ravel()
        step = 1 if flat.size < 5000 else 997
        out["cases"][-1].update(step=step, samples=" ".join(map(str, flat[::step])))


rng = np.random.default_rng(7)
h, w = 21, 37
y, x = np.mgrid[0:h, 0:w]
rgb = np.stack([120 + 100 * np.sin(x / 5), 127 + 80 * np.cos(y / 3) + 5 * np.sin(x), 6.0 * x + y], -1)
rgb = np.clip(rgb + rng.normal(0, 12, rgb.shape), 0, 255).astype(np.uint8)
im = Image.fromarray(rgb)
im.save("rgb.png")
im.convert("L").save("grey.png")
im.quantize(31).save("palette.png")
alpha = rng.integers(0, 256, (h, w, 1), dtype=np.uint8)
Image.fromarray(np.concatenate([rgb, alpha], -1)).save("rgba.png")
for name, sub in {"444": 0, "422": 1, "420": 2}.items():
    im.save(f"jpeg{name}.jpg", quality=88, subsampling=sub)
# Pillow writes no 4:4:0: the blocks of a 4:2:2 are read as those of a picture that lies on its side.
b = bytearray(open("jpeg422.jpg", "rb").read())
sof = b.index(b"\xff\xc0")
b[sof + 5:sof + 9] = b[sof + 7:sof + 9] + b[sof + 5:sof + 7]
b[sof + 11] = 0x12
open("jpeg440.jpg", "wb").write(b)
im.save("progressive.jpg", quality=80, subsampling=2, progressive=True)
im.convert("L").save("jpeggrey.jpg", quality=90)
im.crop((0, 0, 3, 5)).save("narrow.jpg", quality=90, subsampling=2)
im.convert("CMYK").save("cmyk.jpg")

for name in ["rgb.png", "grey.png", "palette.png", "rgba.png", "jpeg444.jpg", "jpeg422.jpg", "jpeg420.jpg",
             "jpeg440.jpg", "progressive.jpg", "jpeggrey.jpg", "narrow.jpg"]:
    case(name, 0, 0)
for short, crop in [(8, 0), (8, 7), (50, 50), (21, 20), (1, 1)]:
    for bicubic in (False, True):
        case("rgb.png", short, crop, bicubic)
for name in ["chelsea.png", "coffee.png", "rocket.jpg"]:
    source = os.path.join(os.environ["NISSL_DATA"], "networks", "images", name)
    for short, crop, bicubic in [(0, 0, False), (256, 227, False), (256, 224, False), (224, 224, True), (500, 0, False)]:
        case("networks/images/" + name, short, crop, bicubic, source)

with open("pillow.json", "w") as f:
    json.dump(out, f, indent=1)
    f.write("\n")
