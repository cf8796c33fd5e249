package safetensors

import (
	"encoding/binary"
	"math"
)

// dtypes lists the types of the format, the wide ones first.
func dtypes() []string {
	return []string{"C64", "F64", "I64", "U64", "F32", "I32", "U32", "F16", "BF16", "I16", "U16",
		"I8", "U8", "BOOL", "F8_E4M3", "F8_E5M2", "F8_E8M0", "F6_E2M3", "F6_E3M2", "F4"}
}

// bits returns how many bits one value of a type has, 0 for a type that the format does not have.
func bits(dtype string) int {
	switch dtype {
	case "C64", "F64", "I64", "U64":
		return 64
	case "F32", "I32", "U32":
		return 32
	case "F16", "BF16", "I16", "U16":
		return 16
	case "I8", "U8", "BOOL", "F8_E4M3", "F8_E5M2", "F8_E8M0":
		return 8
	case "F6_E2M3", "F6_E3M2":
		return 6
	case "F4":
		return 4
	}
	return 0
}

// each makes a conversion of whole blocks out of that of one value of n bytes.
func each[T any](n int, value func([]byte) T) func([]T, []byte) {
	return func(out []T, b []byte) {
		for i := range out {
			out[i] = value(b[i*n : i*n+n : i*n+n])
		}
	}
}

// float32Of returns the conversion of a type's bytes to float32, nil where there is none.
func float32Of(dtype string) func([]float32, []byte) {
	le := binary.LittleEndian
	switch dtype {
	case "F32":
		return func(out []float32, b []byte) {
			for i := range out {
				out[i] = math.Float32frombits(le.Uint32(b[4*i:]))
			}
		}
	case "BF16": // the upper half of a float32
		return func(out []float32, b []byte) {
			for i := range out {
				out[i] = math.Float32frombits(uint32(le.Uint16(b[2*i:])) << 16)
			}
		}
	case "F16":
		return func(out []float32, b []byte) {
			for i := range out {
				out[i] = half(le.Uint16(b[2*i:]))
			}
		}
	case "F64":
		return each(8, func(b []byte) float32 { return float32(math.Float64frombits(le.Uint64(b))) })
	case "I64":
		return each(8, func(b []byte) float32 { return float32(int64(le.Uint64(b))) })
	case "U64":
		return each(8, func(b []byte) float32 { return float32(le.Uint64(b)) })
	case "I32":
		return each(4, func(b []byte) float32 { return float32(int32(le.Uint32(b))) })
	case "U32":
		return each(4, func(b []byte) float32 { return float32(le.Uint32(b)) })
	case "F8_E5M2": // the upper half of a float16
		return each(1, func(b []byte) float32 { return half(uint16(b[0]) << 8) })
	case "F8_E4M3":
		return each(1, func(b []byte) float32 { return e4m3(b[0]) })
	case "F8_E8M0":
		return each(1, func(b []byte) float32 { return e8m0(b[0]) })
	}
	if small := int64Of(dtype); small != nil {
		return func(out []float32, b []byte) {
			whole := make([]int64, len(out))
			small(whole, b)
			for i, v := range whole {
				out[i] = float32(v)
			}
		}
	}
	return nil
}

// float64Of returns the conversion to float64. Only the types of 32 and 64 bits differ from float32.
func float64Of(dtype string) func([]float64, []byte) {
	le := binary.LittleEndian
	switch dtype {
	case "F64":
		return each(8, func(b []byte) float64 { return math.Float64frombits(le.Uint64(b)) })
	case "U64":
		return each(8, func(b []byte) float64 { return float64(le.Uint64(b)) })
	case "I64":
		return each(8, func(b []byte) float64 { return float64(int64(le.Uint64(b))) })
	case "I32":
		return each(4, func(b []byte) float64 { return float64(int32(le.Uint32(b))) })
	case "U32":
		return each(4, func(b []byte) float64 { return float64(le.Uint32(b)) })
	}
	narrow := float32Of(dtype)
	if narrow == nil {
		return nil
	}
	return func(out []float64, b []byte) {
		v := make([]float32, len(out))
		narrow(v, b)
		for i, x := range v {
			out[i] = float64(x)
		}
	}
}

// int64Of returns the conversion of a type of whole numbers that int64 holds, nil for others.
func int64Of(dtype string) func([]int64, []byte) {
	le := binary.LittleEndian
	switch dtype {
	case "I64":
		return each(8, func(b []byte) int64 { return int64(le.Uint64(b)) })
	case "I32":
		return each(4, func(b []byte) int64 { return int64(int32(le.Uint32(b))) })
	case "U32":
		return each(4, func(b []byte) int64 { return int64(le.Uint32(b)) })
	case "I16":
		return each(2, func(b []byte) int64 { return int64(int16(le.Uint16(b))) })
	case "U16":
		return each(2, func(b []byte) int64 { return int64(le.Uint16(b)) })
	case "I8":
		return each(1, func(b []byte) int64 { return int64(int8(b[0])) })
	case "U8":
		return each(1, func(b []byte) int64 { return int64(b[0]) })
	case "BOOL":
		return each(1, func(b []byte) int64 {
			if b[0] != 0 {
				return 1
			}
			return 0
		})
	}
	return nil
}

// half converts an IEEE 754 binary16.
func half(h uint16) float32 {
	sign := uint32(h>>15) << 31
	exp, frac := uint32(h>>10&31), uint32(h&1023)
	switch exp {
	case 0: // zero and subnormal: frac × 2⁻²⁴
		v := float32(frac) / (1 << 24)
		return math.Float32frombits(math.Float32bits(v) | sign)
	case 31: // infinity and NaN
		return math.Float32frombits(sign | 255<<23 | frac<<13)
	}
	return math.Float32frombits(sign | (exp+127-15)<<23 | frac<<13)
}

// e4m3 converts an 8-bit float of 4 exponent bits and no infinity (arXiv:2209.05433, table 1).
func e4m3(b byte) float32 {
	exp, frac := int(b>>3&15), float64(b&7)
	v := math.Ldexp(1+frac/8, exp-7)
	switch {
	case b&127 == 127:
		v = math.NaN()
	case exp == 0:
		v = math.Ldexp(frac/8, -6)
	}
	return float32(math.Copysign(v, 1-2*float64(b>>7)))
}

// e8m0 converts a power of two, the scale of microscaling formats (OCP MX 1.0, section 5.4).
func e8m0(b byte) float32 {
	if b == 255 {
		return float32(math.NaN())
	}
	return float32(math.Ldexp(1, int(b)-127))
}
