package h5

// #include "bridge.h"
import "C"

import (
	"fmt"
	"math"
	"strings"
)

// No filter in use shrinks more than deflate, by 1032 at most; small fill-value
// datasets that were never written are allowed for besides.
const (
	mostCompression = 1100
	alwaysAllowed   = 64 << 20
)

// limit is how many bytes the file can honestly hold for one dataset.
func (f *File) limit(outer int64) int64 {
	size := f.size + outer
	if size > math.MaxInt64/mostCompression-alwaysAllowed {
		return math.MaxInt64
	}
	return alwaysAllowed + mostCompression*size
}

// plausible refuses n elements of size bytes where the file cannot hold them.
func (f *File) plausible(path string, n, size int, outer int64) error {
	if limit := f.limit(outer); size > 0 && int64(n) > limit/int64(size) {
		return f.errorf(path, "claims %d elements of %d bytes, which a file of %d bytes cannot hold", n, size, f.size+outer)
	}
	return nil
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
		if bytes := n * float64(d.Type.Size); bytes > float64(d.file.limit(d.outer)) {
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
