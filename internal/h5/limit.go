package h5

// #include "bridge.h"
import "C"

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
)

// No filter in use shrinks more than deflate, by 1032 at most; small fill-value
// datasets that were never written are allowed for besides.
const (
	mostCompression = 1100
	alwaysAllowed   = 64 << 20
)

// limit is how many bytes elements can take that occupy the given bytes on disk.
func limit(stored int64) int64 {
	if stored > (math.MaxInt64-alwaysAllowed)/mostCompression {
		return math.MaxInt64
	}
	return alwaysAllowed + mostCompression*max(0, stored)
}

// plausible refuses n elements of size bytes where the stored bytes cannot hold them.
func (f *File) plausible(path string, n, size int, stored int64) error {
	size = max(1, size)
	if int64(n) <= alwaysAllowed/int64(max(8, size)) || int64(n) <= limit(stored)/int64(size) && stored > 0 {
		return nil
	}
	return f.errorf(path, "claims %d elements of %d bytes, which the %d bytes stored for it in a file of %d cannot hold", n, size, stored, f.size)
}

// stored is what the dataset can occupy at most: what it says, but no more than there is.
func (d *Dataset) stored(list C.hid_t) int64 {
	own := min(d.Stored, d.file.size)
	switch C.H5Pget_layout(list) {
	case C.H5D_CONTIGUOUS:
		for i := range max(0, C.H5Pget_external_count(list)) {
			var name [1024]C.char
			var offset C.off_t
			var size C.hsize_t
			if C.H5Pget_external(list, C.uint(i), 1023, &name[0], &offset, &size) >= 0 {
				own += d.sizeBeside(C.GoString(&name[0]))
			}
		}
	case C.H5D_VIRTUAL:
		var n C.size_t
		C.H5Pget_virtual_count(list, &n)
		seen := map[string]bool{}
		for i := range min(n, 1<<16) {
			var name [1024]C.char
			if C.H5Pget_virtual_filename(list, i, &name[0], 1023) < 0 || seen[C.GoString(&name[0])] {
				continue
			}
			seen[C.GoString(&name[0])] = true
			own += d.sizeBeside(C.GoString(&name[0]))
		}
	}
	return own
}

// sizeBeside is the size of a file named in this one; "." is this one.
func (d *Dataset) sizeBeside(name string) int64 {
	if name == "." {
		return d.file.size
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(filepath.Dir(d.file.path), name)
	}
	info, err := os.Stat(name)
	if err != nil {
		return 0
	}
	return info.Size()
}

// ready reports why the elements cannot be decoded.
func (d *Dataset) ready() error {
	if d.id <= 0 {
		return d.file.errorf(d.Path, "is closed")
	}
	for _, filter := range d.Filters {
		if C.H5Zfilter_avail(C.H5Z_filter_t(filter.ID)) > 0 {
			continue
		}
		C.H5Eclear2(0)
		return d.file.errorf(d.Path, "is compressed with %s, which this libhdf5 cannot decode: %s", filter, filter.install())
	}
	if len(d.Chunk) > 0 {
		n := 1.0
		for _, c := range d.Chunk {
			n *= float64(c)
		}
		if bytes := n * float64(d.Type.Size); bytes > float64(limit(d.held)) {
			return d.file.errorf(d.Path, "claims chunks of %.0f bytes in a file of %d bytes", bytes, d.file.size)
		}
	}
	return nil
}

func (f Filter) String() string {
	if f.Name == "" {
		return fmt.Sprintf("filter %d", f.ID)
	}
	name, _, _ := strings.Cut(f.Name, ";")
	return fmt.Sprintf("%s (filter %d)", name, f.ID)
}

func (f Filter) install() string {
	const manual = "install the Python package hdf5plugin and set HDF5_PLUGIN_PATH to its plugins folder, or rewrite the file with h5repack -f GZIP=4"
	switch f.ID {
	case 32000:
		return "install the Debian package hdf5-plugin-lzf, or " + manual
	case 32001:
		return "install the Debian package hdf5-filter-plugin-blosc-serial, or " + manual
	case 32013:
		return "install the Debian package hdf5-filter-plugin-zfp-serial, or " + manual
	case 307, 32004, 32008:
		return "install the Debian package hdf5-filter-plugin, or " + manual
	}
	return manual
}

// Plausible refuses a shape that the file cannot hold. Read checks it by itself;
// readers by slab ask before they allocate for the whole.
func (d *Dataset) Plausible() error {
	return d.file.plausible(d.Path, d.Len(), d.Type.Size, d.held)
}
