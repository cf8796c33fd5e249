package dataset

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
)

const (
	maxBytes    = 1 << 30 // of the images of one file: EMNIST, the largest of its kind, has 0.64e9
	maxDeflate  = 1032    // bytes that one compressed byte can become (zlib's technical notes)
	maxDocument = 1 << 28 // bytes of one document
)

// file is an open file, compressed or not, that knows where it is.
type file struct {
	name string
	in   *bufio.Reader
	at   int64 // offset in the (decompressed) content
	most int64 // bytes that the content can have at most; exact where it is not compressed
	gz   bool
	// left is what may be read before the budget is renewed: no document is longer.
	left  int64
	close func() error
}

// open opens a file, decompressing it where it begins as gzip does.
func open(name string) (*file, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s: not a file", name)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	out, err := newFile(name, f, info.Size())
	if err != nil {
		f.Close()
		return nil, err
	}
	out.close = f.Close
	return out, nil
}

// newFile reads from r, of which size bytes are there.
func newFile(name string, r io.Reader, size int64) (*file, error) {
	f := &file{name: name, most: size, left: maxDocument, close: func() error { return nil }}
	f.in = bufio.NewReaderSize(r, 1<<16)
	if magic, _ := f.in.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(f.in)
		if err != nil {
			return nil, fmt.Errorf("%s: byte 0: gzip header: %w", name, err)
		}
		f.gz, f.most = true, size*maxDeflate
		f.in = bufio.NewReaderSize(z, 1<<16)
	}
	return f, nil
}

// errBudget is what a document that is too long ends with.
var errBudget = errors.New("a document of more than 268435456 bytes")

// Read makes a file the source of decoders that buffer by themselves; renew gives the next document its budget.
func (f *file) Read(p []byte) (int, error) {
	if f.left <= 0 {
		return 0, errBudget
	}
	n, err := f.in.Read(p[:min(int64(len(p)), f.left)])
	f.at += int64(n)
	f.left -= int64(n)
	return n, err
}

func (f *file) renew() { f.left = maxDocument }

// fail is an error at an offset.
func (f *file) fail(at int64, format string, args ...any) error {
	return fmt.Errorf("%s: byte %d: %w", f.name, at, fmt.Errorf(format, args...))
}

// take reads n bytes, which must be there; what says of what they are, for the error. Memory grows
// with what is really read, so that a lying header costs nothing.
func (f *file) take(n int64, what string) ([]byte, error) {
	if n > maxBytes {
		return nil, f.fail(f.at, "%s of %d bytes, at most %d are read", what, n, maxBytes)
	}
	if n > f.most-f.at {
		return nil, f.fail(f.at, "%s needs %d bytes, the file has at most %d more", what, n, f.most-f.at)
	}
	var b bytes.Buffer
	first := n // of a compressed file the length is only a promise
	if f.gz {
		first = min(n, 1<<20)
	}
	b.Grow(int(first) + bytes.MinRead)
	m, err := io.Copy(&b, io.LimitReader(f.in, n))
	f.at += m
	switch {
	case err != nil:
		return nil, f.fail(f.at, "%s: %w", what, err)
	case m < n:
		return nil, f.fail(f.at, "%s ends after %d of %d bytes", what, m, n)
	}
	return b.Bytes(), nil
}

// more says whether there is anything else to read, be it an error.
func (f *file) more() bool {
	_, err := f.in.Peek(1)
	return err != io.EOF
}

// end requires that nothing follows.
func (f *file) end(what string) error {
	_, err := f.in.Peek(1)
	switch {
	case err == nil:
		return f.fail(f.at, "the file goes on after %s", what)
	case err != io.EOF:
		return f.fail(f.at, "%w", err)
	}
	return nil
}
