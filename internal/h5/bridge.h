// The few things of libhdf5 that Go cannot say: macros, callbacks, and results
// that are read in one call.
#ifndef NISSL_H5_BRIDGE_H
#define NISSL_H5_BRIDGE_H

#include <hdf5.h>
#include <stdlib.h>
#include <string.h>

// Opening. 0 <= id on success.
hid_t h5b_open(const char *path);
hid_t h5b_create(const char *path);
// h5b_probe reads the file in a child process that may use so many seconds of processor
// time: 0, or the signal that ended it.
int h5b_probe(const char *path, unsigned seconds);
void h5b_silence(void);

// h5b_error writes "what failed: the innermost reason" of the error stack into buf.
void h5b_error(char *buf, size_t size);

// Names of links or attributes, each followed by a NUL, in a block to free().
int h5b_links(hid_t group, char **out, size_t *size, size_t *count);
int h5b_attrs(hid_t object, char **out, size_t *size, size_t *count);

// Identity of an object: the number of its file and its address there.
int h5b_identity(hid_t object, unsigned long long *file, unsigned long long *address);

// Memory types: kind is the letter i, u or f, size in bytes.
hid_t h5b_native(char kind, int size);
hid_t h5b_string(size_t size, int utf8); // size 0 is variable
hid_t h5b_reference(int region);

// Reading of variable-length data with at most limit bytes in all.
int h5b_read_vlen(hid_t dataset, hid_t type, hid_t mem, hid_t file, void *buf, size_t limit);

// Selection of a dereferenced region: blocks (or points, as blocks of one element)
// as count × 2 × rank coordinates in a block to free().
int h5b_region(hid_t space, hsize_t **out, hsize_t *count, hsize_t limit);

hid_t h5b_create_link_list(void);
hid_t h5b_create_dataset_list(int rank, const hsize_t *chunk, int gzip);

#endif
