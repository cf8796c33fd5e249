#include "bridge.h"

void h5b_silence(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

hid_t h5b_open(const char *path) { return H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT); }

hid_t h5b_create(const char *path) {
    hid_t fapl = H5Pcreate(H5P_FILE_ACCESS);
    hid_t id;
    H5Pset_libver_bounds(fapl, H5F_LIBVER_EARLIEST, H5F_LIBVER_V110);
    id = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, fapl);
    H5Pclose(fapl);
    return id;
}

typedef struct {
    char outer[256], inner[256];
} messages;

static herr_t keep_message(unsigned n, const H5E_error2_t *e, void *data) {
    messages *m = data;
    const char *text = e->desc ? e->desc : "";
    (void)n;
    if (!m->outer[0]) {
        strncpy(m->outer, text, sizeof m->outer - 1);
    }
    strncpy(m->inner, text, sizeof m->inner - 1);
    return 0;
}

void h5b_error(char *buf, size_t size) {
    messages m;
    memset(&m, 0, sizeof m);
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, keep_message, &m);
    H5Eclear2(H5E_DEFAULT);
    buf[0] = 0;
    strncat(buf, m.outer, size - 1);
    if (m.inner[0] && strcmp(m.inner, m.outer) != 0) {
        strncat(buf, ": ", size - 1 - strlen(buf));
        strncat(buf, m.inner, size - 1 - strlen(buf));
    }
}

typedef struct {
    char *text;
    size_t size, room, count;
} names;

static herr_t keep_name(names *n, const char *name) {
    size_t len = strlen(name) + 1;
    if (n->size + len > n->room) {
        size_t room = 2 * (n->size + len) + 256;
        char *text = realloc(n->text, room);
        if (!text) {
            return -1;
        }
        n->text = text;
        n->room = room;
    }
    memcpy(n->text + n->size, name, len);
    n->size += len;
    n->count++;
    return 0;
}

static herr_t keep_link(hid_t g, const char *name, const H5L_info_t *info, void *data) {
    (void)g, (void)info;
    return keep_name(data, name);
}

static herr_t keep_attr(hid_t o, const char *name, const H5A_info_t *info, void *data) {
    (void)o, (void)info;
    return keep_name(data, name);
}

static int give_names(herr_t status, names *n, char **out, size_t *size, size_t *count) {
    if (status < 0) {
        free(n->text);
        return -1;
    }
    *out = n->text;
    *size = n->size;
    *count = n->count;
    return 0;
}

int h5b_links(hid_t group, char **out, size_t *size, size_t *count) {
    names n = {0};
    return give_names(H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, keep_link, &n), &n, out, size, count);
}

int h5b_attrs(hid_t object, char **out, size_t *size, size_t *count) {
    names n = {0};
    return give_names(H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, NULL, keep_attr, &n), &n, out, size, count);
}

int h5b_identity(hid_t object, unsigned long long *file, unsigned long long *address) {
    H5O_info_t info;
    if (H5Oget_info2(object, &info, H5O_INFO_BASIC) < 0) {
        return -1;
    }
    *file = info.fileno;
    *address = info.addr;
    return 0;
}

hid_t h5b_native(char kind, int size) {
    if (kind == 'f') {
        return size == 4 ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE;
    }
    switch (size) {
    case 1:
        return kind == 'i' ? H5T_NATIVE_INT8 : H5T_NATIVE_UINT8;
    case 2:
        return kind == 'i' ? H5T_NATIVE_INT16 : H5T_NATIVE_UINT16;
    case 4:
        return kind == 'i' ? H5T_NATIVE_INT32 : H5T_NATIVE_UINT32;
    }
    return kind == 'i' ? H5T_NATIVE_INT64 : H5T_NATIVE_UINT64;
}

hid_t h5b_string(size_t size, int utf8) {
    hid_t t = H5Tcopy(H5T_C_S1);
    H5Tset_size(t, size ? size : H5T_VARIABLE);
    H5Tset_strpad(t, size ? H5T_STR_NULLPAD : H5T_STR_NULLTERM);
    H5Tset_cset(t, utf8 ? H5T_CSET_UTF8 : H5T_CSET_ASCII);
    return t;
}

hid_t h5b_reference(int region) { return region ? H5T_STD_REF_DSETREG : H5T_STD_REF_OBJ; }

// A file may claim that every string is huge: the allocator keeps a budget.
static void *budget_alloc(size_t size, void *data) {
    size_t *left = data;
    if (size > *left) {
        return NULL;
    }
    *left -= size;
    return malloc(size);
}

static void budget_free(void *p, void *data) {
    (void)data;
    free(p);
}

int h5b_read_vlen(hid_t dataset, hid_t type, hid_t mem, hid_t file, void *buf, size_t limit) {
    hid_t list = H5Pcreate(H5P_DATASET_XFER);
    size_t left = limit;
    int status;
    H5Pset_vlen_mem_manager(list, budget_alloc, &left, budget_free, &left);
    status = H5Dread(dataset, type, mem, file, list, buf);
    H5Pclose(list);
    return status;
}

int h5b_region(hid_t space, hsize_t **out, hsize_t *count, hsize_t limit) {
    int rank = H5Sget_simple_extent_ndims(space), points = H5Sget_select_type(space) == H5S_SEL_POINTS;
    hssize_t n = points ? H5Sget_select_elem_npoints(space) : H5Sget_select_hyper_nblocks(space);
    hsize_t *c;
    if (rank < 1 || n < 0 || (hsize_t)n > limit) {
        return -1;
    }
    c = calloc((size_t)n * 2 * (size_t)rank + 1, sizeof *c);
    if (!c) {
        return -1;
    }
    if (points) {
        hssize_t i;
        if (n > 0 && H5Sget_select_elem_pointlist(space, 0, (hsize_t)n, c) < 0) {
            free(c);
            return -1;
        }
        for (i = n - 1; i >= 0; i--) { // from the back, because the blocks are twice as long
            memmove(c + 2 * rank * i + rank, c + rank * i, rank * sizeof *c);
            memmove(c + 2 * rank * i, c + 2 * rank * i + rank, rank * sizeof *c);
        }
    } else if (n > 0 && H5Sget_select_hyper_blocklist(space, 0, (hsize_t)n, c) < 0) {
        free(c);
        return -1;
    }
    *out = c;
    *count = (hsize_t)n;
    return 0;
}

hid_t h5b_create_link_list(void) {
    hid_t list = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(list, 1);
    return list;
}

hid_t h5b_create_dataset_list(int rank, const hsize_t *chunk, int gzip) {
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    if (chunk) {
        H5Pset_chunk(list, rank, chunk);
        if (gzip > 0) {
            H5Pset_shuffle(list);
            H5Pset_deflate(list, (unsigned)gzip);
        }
    }
    return list;
}
