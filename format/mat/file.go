package mat

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"strings"
)

const headerSize = 128

// headerOrder is the byte order that a header declares; ok is false when it is no header of
// a MATLAB 5 file.
func headerOrder(head []byte) (o binary.ByteOrder, ok bool) {
	if len(head) < headerSize {
		return nil, false
	}
	switch {
	case string(head[124:128]) == "\x00\x01IM":
		return binary.LittleEndian, true
	case string(head[124:128]) == "\x01\x00MI":
		return binary.BigEndian, true
	}
	return nil, false
}

// readFile reads all variables of the file. Variables of classes that hold no data
// (functions, objects of classes) are left out and named in notes.
func readFile(path string) (vars []*value, notes []string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	head := make([]byte, headerSize)
	if _, err := io.ReadFull(f, head); err != nil {
		return nil, nil, fmt.Errorf("offset 0: the file of %d bytes ends within its header of %d", st.Size(), headerSize)
	}
	order, ok := headerOrder(head)
	if !ok {
		return nil, nil, fmt.Errorf("offset 124: no MATLAB 5 file: version and byte order are %q", head[124:128])
	}
	return readElements(f, st.Size(), order)
}

func readElements(f io.ReaderAt, size int64, order binary.ByteOrder) (vars []*value, notes []string, err error) {
	tag := make([]byte, 8)
	for at := int64(headerSize); at < size; {
		if _, err := f.ReadAt(tag, at); err != nil {
			if strings.Trim(string(tag), "\x00") == "" || vars != nil && size-at < 8 {
				break // padding at the end
			}
			return nil, nil, fmt.Errorf("offset %d: the file ends within the tag of an element", at)
		}
		kind, n := order.Uint32(tag), int64(order.Uint32(tag[4:]))
		if kind != miMATRIX && kind != miCOMPRESSED {
			return nil, nil, fmt.Errorf("offset %d: element of type %d, expected an array (%d or %d)", at, kind, miMATRIX, miCOMPRESSED)
		}
		if n > size-at-8 {
			return nil, nil, fmt.Errorf("offset %d: element claims %d bytes, but only %d follow", at, n, size-at-8)
		}
		var c *cursor
		if kind == miCOMPRESSED {
			if c, err = inflate(io.NewSectionReader(f, at+8, n), n, at, order); err != nil {
				return nil, nil, err
			}
		} else {
			c = &cursor{order: order, b: make([]byte, 8+n), base: at}
			if _, err := f.ReadAt(c.b, at); err != nil {
				return nil, nil, fmt.Errorf("offset %d: %w", at, err)
			}
			n = (n + 7) / 8 * 8
		}
		at += 8 + n
		e, err := c.next()
		if err != nil {
			return nil, nil, err
		}
		if e.kind != miMATRIX {
			continue
		}
		v, err := e.array(0)
		if err != nil {
			return nil, nil, err
		}
		if v.class >= mxFUNCTION || v.class == 0 {
			if v.name != "" {
				notes = append(notes, fmt.Sprintf("variable %q holds a function or an object and was left out", v.name))
			}
			continue
		}
		vars = append(vars, v)
	}
	return vars, notes, nil
}
