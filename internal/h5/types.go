package h5

// #include "bridge.h"
import "C"

import (
	"fmt"
	"strings"
	"unsafe"
)

// Class of a datatype.
type Class int

// The classes of HDF5.
const (
	Unknown Class = iota
	Integer
	Float
	String
	Bitfield
	Opaque
	Compound
	Reference // to an object
	Region    // to a part of a dataset
	Enum
	Vlen
	Array
	Time
)

// Type of the elements of a dataset or attribute.
type Type struct {
	Class    Class
	Size     int // bytes of an element in the file; of a fixed string its width
	Unsigned bool
	Variable bool     // a string of variable length
	UTF8     bool     // a string declared as UTF-8
	Members  []string // names of an enumeration
	Fields   []Field  // columns of a compound
	Elem     *Type    // of Vlen, Array and Enum
}

// Field is a column of a compound type.
type Field struct {
	Name string
	Type Type
}

// Numeric reports whether elements can be read as numbers.
func (t Type) Numeric() bool { return t.Class == Integer || t.Class == Float || t.Class == Enum }

// Bool reports whether the type is a truth value as h5py writes it.
func (t Type) Bool() bool {
	return t.Class == Enum && len(t.Members) == 2 && t.Members[0] == "FALSE" && t.Members[1] == "TRUE"
}

// String is the type in numpy's words.
func (t Type) String() string {
	switch t.Class {
	case Integer:
		if t.Unsigned {
			return fmt.Sprintf("uint%d", 8*t.Size)
		}
		return fmt.Sprintf("int%d", 8*t.Size)
	case Float:
		return fmt.Sprintf("float%d", 8*t.Size)
	case String:
		if t.Variable {
			return "string"
		}
		return fmt.Sprintf("string of %d bytes", t.Size)
	case Enum:
		if t.Bool() {
			return "bool"
		}
		return "enum of " + t.Elem.String()
	case Compound:
		names := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			names[i] = f.Name + " " + f.Type.String()
		}
		return "compound {" + strings.Join(names, ", ") + "}"
	case Vlen, Array:
		if t.Elem == nil {
			return "nested list"
		}
		return "list of " + t.Elem.String()
	case Reference:
		return "object reference"
	case Region:
		return "region reference"
	case Bitfield:
		return fmt.Sprintf("bit field of %d bytes", t.Size)
	case Opaque:
		return fmt.Sprintf("opaque %d bytes", t.Size)
	}
	return "unknown type"
}

// The deepest nesting of types that is described.
const maxTypeDepth = 8

// typeOf describes a type of libhdf5. Call it under the lock.
func typeOf(id C.hid_t, depth int) Type {
	t := Type{Size: int(C.H5Tget_size(id))}
	switch C.H5Tget_class(id) {
	case C.H5T_INTEGER:
		t.Class, t.Unsigned = Integer, C.H5Tget_sign(id) == C.H5T_SGN_NONE
	case C.H5T_FLOAT:
		t.Class = Float
	case C.H5T_STRING:
		t.Class = String
		t.Variable = C.H5Tis_variable_str(id) > 0
		t.UTF8 = C.H5Tget_cset(id) == C.H5T_CSET_UTF8
	case C.H5T_BITFIELD:
		t.Class = Bitfield
	case C.H5T_OPAQUE:
		t.Class = Opaque
	case C.H5T_TIME:
		t.Class = Time
	case C.H5T_REFERENCE:
		t.Class = Reference
		if C.H5Tequal(id, C.h5b_reference(1)) > 0 {
			t.Class = Region
		} else if C.H5Tequal(id, C.h5b_reference(0)) <= 0 {
			t.Class = Unknown
		}
	case C.H5T_ENUM:
		t.Class = Enum
		t.Members = members(id)
		t.Elem = elem(id, depth)
	case C.H5T_COMPOUND:
		t.Class = Compound
		t.Fields = fields(id, depth)
	case C.H5T_VLEN:
		t.Class, t.Elem = Vlen, elem(id, depth)
	case C.H5T_ARRAY:
		t.Class, t.Elem = Array, elem(id, depth)
	}
	return t
}

func elem(id C.hid_t, depth int) *Type {
	super := C.H5Tget_super(id)
	if super < 0 || depth >= maxTypeDepth {
		return &Type{}
	}
	defer C.H5Tclose(super)
	t := typeOf(super, depth+1)
	return &t
}

func members(id C.hid_t) []string {
	out := make([]string, max(0, C.H5Tget_nmembers(id)))
	for i := range out {
		if name := C.H5Tget_member_name(id, C.uint(i)); name != nil {
			out[i] = C.GoString(name)
			C.H5free_memory(unsafe.Pointer(name))
		}
	}
	return out
}

// fields describes the columns of a compound; nil when they reach beyond it or lie over
// each other, as in a damaged file: libhdf5 converts those without looking.
func fields(id C.hid_t, depth int) []Field {
	if depth >= maxTypeDepth {
		return nil
	}
	out := make([]Field, 0, 4)
	used := map[int]bool{}
	for i, name := range members(id) {
		t := Type{}
		if m := C.H5Tget_member_type(id, C.uint(i)); m >= 0 {
			t = typeOf(m, depth+1)
			C.H5Tclose(m)
		}
		at := int(C.H5Tget_member_offset(id, C.uint(i)))
		if t.Size < 1 || at < 0 || at+t.Size > int(C.H5Tget_size(id)) {
			return nil
		}
		for k := at; k < at+t.Size; k++ {
			if used[k] {
				return nil
			}
			used[k] = true
		}
		out = append(out, Field{Name: name, Type: t})
	}
	return out
}
