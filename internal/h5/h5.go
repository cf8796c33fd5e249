// Package h5 reads and writes HDF5 files through libhdf5 (Debian libhdf5-dev).
//
// It holds what recordings need and no more: groups, links, attributes, datasets
// of numbers, text, compounds and references, whole or by hyperslab, and enough
// writing for NWB, SONATA and test fixtures. Every error names the file, the object
// and what libhdf5 said. Sizes that a file claims are compared with the size of the
// file before anything is allocated.
//
// libhdf5 is not safe for threads, so one lock serialises all calls; nothing else is
// shared between files.
//
// libhdf5 trusts what it decodes: a damaged file can crash it or keep it busy for ever,
// and no Go code can catch that. Open therefore lets a child process look at
// everything but plain numbers first, and fails when the child does. What is left is
// a file that was made to attack, or that changes while it is open; those belong
// into a process of their own.
package h5

/*
#cgo CFLAGS: -DH5_USE_110_API
#cgo linux CFLAGS: -I/usr/include/hdf5/serial
#cgo linux LDFLAGS: -L/usr/lib/x86_64-linux-gnu/hdf5/serial -L/usr/lib/aarch64-linux-gnu/hdf5/serial -lhdf5
#cgo !linux pkg-config: hdf5
#include "bridge.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"syscall"
	"unsafe"
)

// Signature is the first eight bytes of an HDF5 file; it may also stand at byte 512,
// 1024, 2048, ... behind a user block, as it does in MATLAB files.
const Signature = "\x89HDF\r\n\x1a\n"

// library serialises every call: libhdf5 keeps global state.
var library sync.Mutex

// lock also pins the goroutine, because a thread-safe build of libhdf5 keeps its
// error stack per thread.
func lock() {
	library.Lock()
	runtime.LockOSThread()
	C.h5b_silence()
}

func unlock() {
	runtime.UnlockOSThread()
	library.Unlock()
}

// Version of the libhdf5 that the program runs with, such as 1.10.8; "" if it does not say.
func Version() string {
	lock()
	defer unlock()
	var major, minor, release C.uint
	if C.H5get_libversion(&major, &minor, &release) < 0 {
		return ""
	}
	return fmt.Sprintf("%d.%d.%d", major, minor, release)
}

// File is an open HDF5 file. Its methods may be called from several goroutines.
type File struct {
	path string
	size int64 // bytes on disk when it was opened
	id   C.hid_t
	// Datasets to close with the file. libhdf5 could do it alone (a strong close
	// degree), but then external links into an open file fail.
	datasets map[*Dataset]struct{}
}

// Sniff reports whether the file at path begins like HDF5, also behind a user block.
func Sniff(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	var head [8]byte
	for at := int64(0); at <= 1<<20; at = max(512, 2*at) {
		if _, err := f.ReadAt(head[:], at); err != nil {
			return false
		}
		if string(head[:]) == Signature {
			return true
		}
	}
	return false
}

// Open opens the file at path for reading.
func Open(path string) (*File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	switch {
	case info.IsDir():
		return nil, fmt.Errorf("%s: is a folder, expected an HDF5 file", path)
	case info.Size() == 0:
		return nil, fmt.Errorf("%s: is empty, expected an HDF5 file", path)
	case !Sniff(path):
		return nil, fmt.Errorf("%s: is not HDF5 (signature \\x89HDF not found at byte 0, 512, 1024, ...)", path)
	}
	lock()
	defer unlock()
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	if signal := C.h5b_probe(name, probeSeconds(info.Size())); signal != 0 {
		return nil, fmt.Errorf("%s: is damaged: libhdf5 %s", path, died(syscall.Signal(signal)))
	}
	f := &File{path: path, size: info.Size(), id: C.h5b_open(name)}
	if f.id < 0 {
		return nil, fmt.Errorf("%s: cannot be opened as HDF5 (%d bytes, perhaps cut short): %w", path, info.Size(), reason())
	}
	return f, nil
}

// probeSeconds is the processor time after which a file is taken to be damaged. A look
// at everything that is not plain numbers takes milliseconds.
func probeSeconds(size int64) C.uint { return C.uint(5 + min(size>>24, 1<<20)) }

func died(signal syscall.Signal) string {
	if signal == syscall.SIGXCPU {
		return "does not come to an end with it"
	}
	return fmt.Sprintf("crashes on it (%v)", signal)
}

// Create makes a new file at path, or empties the one that is there.
func Create(path string) (*File, error) {
	lock()
	defer unlock()
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	f := &File{path: path, id: C.h5b_create(name)}
	if f.id < 0 {
		return nil, fmt.Errorf("%s: cannot be created: %w", path, reason())
	}
	return f, nil
}

// Close writes what is left to write and closes the file and everything opened from it.
func (f *File) Close() error {
	lock()
	defer unlock()
	if f.id <= 0 {
		return nil
	}
	for d := range f.datasets {
		C.H5Dclose(d.id)
		d.id = 0
	}
	f.datasets = nil
	id := f.id
	f.id = 0
	if C.H5Fclose(id) < 0 {
		return fmt.Errorf("%s: cannot be closed: %w", f.path, reason())
	}
	return nil
}

// Path the file was opened with.
func (f *File) Path() string { return f.path }

// Size of the file in bytes when it was opened.
func (f *File) Size() int64 { return f.size }

// reason turns libhdf5's error stack into an error. Call it under the lock.
func reason() error {
	var buf [600]C.char
	C.h5b_error(&buf[0], C.size_t(len(buf)))
	text := C.GoString(&buf[0])
	if text == "" {
		text = "libhdf5 gives no reason"
	}
	return errors.New(text)
}

// fail is an error about one object of the file. Call it under the lock.
func (f *File) fail(object, what string) error {
	return fmt.Errorf("%s: %s: %s: %w", f.path, object, what, reason())
}

// errorf is an error about one object of the file.
func (f *File) errorf(object, format string, args ...any) error {
	return fmt.Errorf("%s: %s: %w", f.path, object, fmt.Errorf(format, args...))
}

// open opens the object at the path. Call it under the lock; close with H5Oclose.
func (f *File) open(path string) (C.hid_t, error) {
	if f.id <= 0 {
		return -1, fmt.Errorf("%s: is closed", f.path)
	}
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	id := C.H5Oopen(f.id, name, 0)
	if id < 0 {
		return -1, f.fail(path, "not found")
	}
	return id, nil
}

// split cuts a block of NUL-terminated names and frees it.
func split(block *C.char, size, count C.size_t) []string {
	defer C.free(unsafe.Pointer(block))
	out := make([]string, 0, count)
	text := C.GoStringN(block, C.int(size))
	start := 0
	for i := range len(text) {
		if text[i] == 0 {
			out = append(out, text[start:i])
			start = i + 1
		}
	}
	return out
}
