package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/x448/float16"
	"google.golang.org/protobuf/encoding/protowire"
)

// array is a tensor on the host: numbers, whole numbers or truth values (0 and 1 in ints).
type array struct {
	shape  []int
	kind   kind
	floats []float32
	ints   []int64
}

// kind of the elements.
type kind int

const (
	float kind = iota
	whole
	truth
)

// The data types of the format (TensorProto.DataType).
const (
	typeFloat    = 1
	typeUint8    = 2
	typeInt8     = 3
	typeUint16   = 4
	typeInt16    = 5
	typeInt32    = 6
	typeInt64    = 7
	typeBool     = 9
	typeFloat16  = 10
	typeDouble   = 11
	typeUint32   = 12
	typeUint64   = 13
	typeBfloat16 = 16
)

// kindOf a data type, and its bytes in raw data.
func kindOf(dtype int64) (kind, int, error) {
	switch dtype {
	case typeFloat:
		return float, 4, nil
	case typeDouble:
		return float, 8, nil
	case typeFloat16, typeBfloat16:
		return float, 2, nil
	case typeInt64, typeUint64:
		return whole, 8, nil
	case typeInt32, typeUint32:
		return whole, 4, nil
	case typeInt16, typeUint16:
		return whole, 2, nil
	case typeInt8, typeUint8:
		return whole, 1, nil
	case typeBool:
		return truth, 1, nil
	}
	return 0, 0, fmt.Errorf("data type %d is not known", dtype)
}

// stored is a TensorProto as it lies in the file.
type stored struct {
	dims, ints     []int64
	floats         []float32
	doubles        []float64
	raw            []byte
	dtype          int64
	name           string
	hasRaw, beside bool
}

// parseTensor reads a TensorProto.
func parseTensor(b []byte) (string, *array, error) {
	var s stored
	err := fields(b, func(num protowire.Number, text []byte, x uint64) (err error) {
		switch num {
		case 1:
			s.dims, err = varints(s.dims, text, x)
		case 2:
			s.dtype = int64(x)
		case 4:
			s.floats, err = floats(s.floats, text, x)
		case 5, 7, 11:
			s.ints, err = varints(s.ints, text, x)
		case 8:
			s.name = string(text)
		case 9:
			s.raw, s.hasRaw = text, true
		case 10:
			if text == nil {
				s.doubles = append(s.doubles, math.Float64frombits(x))
			}
			for ; len(text) >= 8; text = text[8:] {
				s.doubles = append(s.doubles, math.Float64frombits(binary.LittleEndian.Uint64(text)))
			}
		case 13:
			s.beside = true
		case 14:
			s.beside = s.beside || x == 1
		}
		return err
	})
	if err != nil {
		return s.name, nil, err
	}
	a, err := s.array()
	return s.name, a, err
}

// array checks the shape against the values and converts them.
func (s *stored) array() (*array, error) {
	if s.beside {
		return nil, errors.New("its values lie in another file: export the network with its weights inside")
	}
	if len(s.dims) > maxRank {
		return nil, fmt.Errorf("%d axes; at most %d are known", len(s.dims), maxRank)
	}
	k, width, err := kindOf(s.dtype)
	if err != nil {
		return nil, err
	}
	a, n := &array{kind: k, shape: make([]int, len(s.dims))}, int64(1)
	for i, d := range s.dims {
		if d < 0 || d > 1<<31 || d > 0 && n > 1<<31/d {
			return nil, fmt.Errorf("the shape %v is impossible", s.dims)
		}
		a.shape[i], n = int(d), n*d
	}
	have := int64(len(s.raw)) / int64(width)
	switch {
	case s.hasRaw:
		if int64(len(s.raw))%int64(width) != 0 {
			have = -1
		}
	case s.floats != nil:
		have = int64(len(s.floats))
	case s.doubles != nil:
		have = int64(len(s.doubles))
	default:
		have = int64(len(s.ints))
	}
	if have != n {
		return nil, fmt.Errorf("the shape %v needs %d values, the file has %d", s.dims, n, max(have, 0))
	}
	if k == float {
		a.floats = make([]float32, n)
		for i := range a.floats {
			a.floats[i] = s.float(i)
		}
		return a, nil
	}
	a.ints = make([]int64, n)
	for i := range a.ints {
		a.ints[i] = s.whole(i, width)
	}
	return a, nil
}

func (s *stored) float(i int) float32 {
	switch {
	case !s.hasRaw && s.floats != nil:
		return s.floats[i]
	case !s.hasRaw && s.doubles != nil:
		return float32(s.doubles[i])
	case s.dtype == typeFloat:
		return math.Float32frombits(uint32(s.bits(i, 4)))
	case s.dtype == typeDouble:
		return float32(math.Float64frombits(s.bits(i, 8)))
	case s.dtype == typeFloat16:
		return float16.Frombits(uint16(s.bits(i, 2))).Float32()
	}
	return math.Float32frombits(uint32(s.bits(i, 2)) << 16)
}

// bits of value i, from raw data or from a field of whole numbers.
func (s *stored) bits(i, width int) uint64 {
	if !s.hasRaw {
		return uint64(s.ints[i])
	}
	b := s.raw[i*width:]
	switch width {
	case 1:
		return uint64(b[0])
	case 2:
		return uint64(binary.LittleEndian.Uint16(b))
	case 4:
		return uint64(binary.LittleEndian.Uint32(b))
	}
	return binary.LittleEndian.Uint64(b)
}

func (s *stored) whole(i, width int) int64 {
	x := s.bits(i, width)
	switch s.dtype {
	case typeInt32:
		return int64(int32(x))
	case typeInt16:
		return int64(int16(x))
	case typeInt8:
		return int64(int8(x))
	case typeBool:
		return int64(min(x, 1))
	}
	return int64(x)
}
