package npy

import "math"

// HalfMax is the largest finite value of an IEEE 754 binary16 (float16). Values from
// 65520 on, half a step above it, round to infinity.
const HalfMax = 65504

// ToHalves rounds each value of src to the nearest binary16, ties to even: what numpy's
// astype("<f2") gives. What is too large becomes ±Inf and is counted; NaN stays NaN and
// keeps its sign. It panics when dst is shorter than src.
func ToHalves(dst []uint16, src []float32) (overflow int) {
	const (
		infinite = 0x7f800000
		large    = 0x477ff000 // 65520
		normal   = 0x38800000 // 2^-14, the smallest normal binary16
		half     = 0x3f000000 // 0.5: steps between 0.5 and 1 are 2^-24, those of subnormal binary16
	)
	dst = dst[:len(src)]
	for i, x := range src {
		b := math.Float32bits(x)
		sign := uint16(b>>16) & 0x8000
		b &= 0x7fffffff
		switch {
		case b-normal < large-normal:
			dst[i] = sign | uint16((b-112<<23+0xfff+b>>13&1)>>13)
		case b < normal: // the processor's own addition rounds to the steps
			dst[i] = sign | uint16(math.Float32bits(math.Float32frombits(b)+0.5)-half)
		case b > infinite:
			dst[i] = sign | 0x7e00 | uint16(b>>13)&0x1ff
		default:
			dst[i] = sign | 0x7c00
			if b < infinite {
				overflow++
			}
		}
	}
	return overflow
}

// ToHalf is ToHalves of one value.
func ToHalf(x float32) uint16 {
	var h [1]uint16
	ToHalves(h[:], []float32{x})
	return h[0]
}

// FromHalf is the value of an IEEE 754 binary16, exact.
func FromHalf(u uint16) float32 {
	sign, rest := uint32(u&0x8000)<<16, uint32(u&0x7fff)
	switch {
	case rest >= 0x7c00: // infinite or NaN
		return math.Float32frombits(sign | 0x7f800000 | rest<<13)
	case rest >= 0x400:
		return math.Float32frombits(sign | (rest<<13 + 112<<23))
	}
	return math.Float32frombits(sign | math.Float32bits(float32(rest)*(1.0/(1<<24))))
}
