package bundle

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"nissl"
)

// A rowLog is a file of the partial folder to which rows of a table are appended: the
// covariates and epochs of a recording that grows. It is a sequence of frames: the
// number of rows as uint32, then for each column the length of its bytes as uint64 and
// the bytes; everything little-endian. What the columns are is said by the state.
type rowLog struct {
	path string
	file *os.File
	buf  *bufio.Writer
	size int64 // bytes appended
}

// frameRows bounds what is in memory of a log when it is read.
const frameRows = 1 << 12

// openLog opens the log at the path for appending behind its first size bytes; what
// lies beyond was not complete when the writing process ended.
func openLog(path string, size int64) (*rowLog, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	st, err := f.Stat()
	if err == nil && (size < 0 || st.Size() < size) {
		err = fmt.Errorf("%s: offset %d: the file ends, but %s says that it has %d bytes", path, st.Size(), stateFile, size)
	}
	if err == nil {
		err = f.Truncate(size)
	}
	if err == nil {
		_, err = f.Seek(size, io.SeekStart)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &rowLog{path: path, file: f, buf: bufio.NewWriterSize(f, 1<<16), size: size}, nil
}

// write appends bytes.
func (l *rowLog) write(b []byte) error {
	l.size += int64(len(b))
	if _, err := l.buf.Write(b); err != nil {
		return fmt.Errorf("%s: %w", l.path, err)
	}
	return nil
}

func (l *rowLog) flush() error {
	if err := l.buf.Flush(); err != nil {
		return fmt.Errorf("%s: %w", l.path, err)
	}
	return nil
}

// append adds rows of the columns.
func (l *rowLog) append(columns []any, rows int) error {
	for a := 0; a < rows; a += frameRows {
		b := min(a+frameRows, rows)
		if err := l.write(binary.LittleEndian.AppendUint32(nil, uint32(b-a))); err != nil {
			return err
		}
		for _, c := range columns {
			body := encodeColumn(c, a, b)
			if err := errors.Join(l.write(binary.LittleEndian.AppendUint64(nil, uint64(len(body)))), l.write(body)); err != nil {
				return err
			}
		}
	}
	return nil
}

func encodeColumn(c any, a, b int) []byte {
	var out []byte
	le := binary.LittleEndian
	switch v := c.(type) {
	case []float64:
		for _, x := range v[a:b] {
			out = le.AppendUint64(out, math.Float64bits(x))
		}
	case []int64:
		for _, x := range v[a:b] {
			out = le.AppendUint64(out, uint64(x))
		}
	case []bool:
		for _, x := range v[a:b] {
			if x {
				out = append(out, 1)
			} else {
				out = append(out, 0)
			}
		}
	case []string:
		for _, x := range v[a:b] {
			out = append(le.AppendUint32(out, uint32(len(x))), x...)
		}
	default:
		panic(fmt.Sprintf("bundle: column of %T", c))
	}
	return out
}

// typeOf is the word for a column's type in the state.
func typeOf(c nissl.Column) string {
	switch c.Values.(type) {
	case []float64:
		return "float64"
	case []int64:
		return "int64"
	case []bool:
		return "bool"
	}
	return "string"
}

func decodeColumn(kind string, b []byte, rows int) (any, error) {
	le := binary.LittleEndian
	width := map[string]int{"float64": 8, "int64": 8, "bool": 1, "string": 0}[kind]
	if width > 0 && len(b) != width*rows {
		return nil, fmt.Errorf("%d bytes for %d values of type %s", len(b), rows, kind)
	}
	switch kind {
	case "float64":
		v := make([]float64, rows)
		for i := range v {
			v[i] = math.Float64frombits(le.Uint64(b[8*i:]))
		}
		return v, nil
	case "int64":
		v := make([]int64, rows)
		for i := range v {
			v[i] = int64(le.Uint64(b[8*i:]))
		}
		return v, nil
	case "bool":
		v := make([]bool, rows)
		for i := range v {
			v[i] = b[i] != 0
		}
		return v, nil
	case "string":
		v := make([]string, rows)
		for i := range v {
			if len(b) < 4 || int(le.Uint32(b)) > len(b)-4 {
				return nil, fmt.Errorf("text %d is longer than its column", i)
			}
			n := int(le.Uint32(b))
			v[i], b = string(b[4:4+n]), b[4+n:]
		}
		return v, nil
	}
	return nil, fmt.Errorf("%s: a column of unknown type %q", stateFile, kind)
}

// scan calls f with the frames of the log; want are the indices of the columns of the
// given types that it needs, in the order in which f gets them.
func (l *rowLog) scan(ctx context.Context, types []string, want []int, f func(columns []any, rows int) error) error {
	if err := l.flush(); err != nil {
		return err
	}
	r := bufio.NewReaderSize(io.NewSectionReader(l.file, 0, l.size), 1<<18)
	at := int64(0)
	bad := func(err error) error { return fmt.Errorf("%s: offset %d: %w", l.path, at, err) }
	var head [8]byte
	for at < l.size {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := io.ReadFull(r, head[:4]); err != nil {
			return bad(err)
		}
		rows := int(binary.LittleEndian.Uint32(head[:4]))
		if rows > frameRows {
			return bad(fmt.Errorf("a frame of %d rows, expected at most %d", rows, frameRows))
		}
		at += 4
		columns := make([]any, len(want))
		for i, kind := range types {
			if _, err := io.ReadFull(r, head[:]); err != nil {
				return bad(err)
			}
			n := int64(binary.LittleEndian.Uint64(head[:]))
			if at += 8; n < 0 || n > l.size-at {
				return bad(fmt.Errorf("a column of %d bytes where %d are left", n, l.size-at))
			}
			if err := readColumn(r, n, kind, rows, i, want, columns); err != nil {
				return bad(err)
			}
			at += n
		}
		if err := f(columns, rows); err != nil {
			return err
		}
	}
	return nil
}

// readColumn reads the n bytes of column i, or skips them when nobody wants it.
func readColumn(r *bufio.Reader, n int64, kind string, rows, i int, want []int, out []any) error {
	wanted := false
	for _, w := range want {
		wanted = wanted || w == i
	}
	if !wanted {
		_, err := io.CopyN(io.Discard, r, n)
		return err
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		return err
	}
	c, err := decodeColumn(kind, b, rows)
	for k, w := range want {
		if w == i {
			out[k] = c
		}
	}
	return err
}
