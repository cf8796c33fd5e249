"""Writes half.txt: float32 bits and the bits of numpy's astype("<f2") of them, in hexadecimal.

Run: python half.py > half.txt   (numpy 2.4.6)
"""
import sys

import numpy as np

rng = np.random.default_rng(11)
bits = [np.array([0, 0x80000000, 0x7F800000, 0xFF800000, 0x7FC00000, 0xFFC00000, 0x7F800001, 0x477FEFFF, 0x477FF000,
                  0xC77FF000, 0x477FE000, 0x33000000, 0x33000001, 0x32FFFFFF, 0x387FFFFF, 0x38800000, 0x387FE000], "<u4")]
half = rng.integers(0, 0x7C00, 150).astype("<u2").view("<f2")  # ties: half way to the next value
tie = (half.astype("<f8") + np.nextafter(half, np.float16(np.inf)).astype("<f8")) / 2
tie = tie[np.isfinite(tie)].astype("<f4").view("<u4")
bits += [tie, tie - 1, tie + 1, tie | 0x80000000]
bits += [rng.integers(0, 1 << 32, 200).astype("<u4"), rng.normal(0, 1, 200).astype("<f4").view("<u4")]
bits = np.concatenate(bits).astype("<u4")
with np.errstate(all="ignore"):
    out = bits.view("<f4").astype("<f2").view("<u2")
sys.stdout.write("# numpy %s, half.py\n" % np.__version__)
for a, b in zip(bits, out):
    sys.stdout.write("%08x %04x\n" % (a, b))
