// A look at a file by a child process. libhdf5 trusts what it decodes, so a damaged
// file can crash it or keep it busy for ever; here that costs a child and gives an error.
#include "bridge.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

// What the child reads at most, of one object and in all.
#define PROBE_BYTES ((size_t)16 << 20)
static size_t budget = (size_t)256 << 20;

// read_all reads the elements of a dataset or an attribute as the parent will.
static void read_all(hid_t id, hid_t type, hid_t space, int is_attr) {
    hid_t mem = H5Tget_native_type(type, H5T_DIR_ASCEND);
    hssize_t n = H5Sget_simple_extent_npoints(space);
    size_t size = mem < 0 ? 0 : H5Tget_size(mem);
    if (size > 0 && n > 0 && (size_t)n <= PROBE_BYTES / size && (size_t)n * size <= budget) {
        budget -= (size_t)n * size;
        void *buf = calloc((size_t)n, size);
        if (buf && (is_attr ? H5Aread(id, mem, buf) : h5b_read_vlen(id, mem, 0, 0, buf, PROBE_BYTES)) >= 0 && is_attr) {
            H5Dvlen_reclaim(mem, space, H5P_DEFAULT, buf);
        }
    }
    H5Tclose(mem);
}

static herr_t probe_attr(hid_t object, const char *name, const H5A_info_t *info, void *data) {
    hid_t id = H5Aopen(object, name, H5P_DEFAULT);
    (void)info, (void)data;
    if (id >= 0) {
        hid_t type = H5Aget_type(id), space = H5Aget_space(id);
        if (type >= 0 && space >= 0) {
            read_all(id, type, space, 1);
        }
        H5Sclose(space);
        H5Tclose(type);
        H5Aclose(id);
    }
    return 0;
}

// plain reports numbers that are stored as they are: nothing is decoded for them.
static int plain(hid_t type, hid_t list) {
    H5T_class_t class = H5Tget_class(type);
    return (class == H5T_INTEGER || class == H5T_FLOAT) && H5Pget_nfilters(list) == 0;
}

static herr_t probe_object(hid_t root, const char *name, const H5O_info_t *info, void *data) {
    hid_t id = H5Oopen(root, name, H5P_DEFAULT);
    (void)data;
    if (id < 0) {
        return 0;
    }
    H5Aiterate2(id, H5_INDEX_NAME, H5_ITER_INC, NULL, probe_attr, NULL);
    if (info->type == H5O_TYPE_DATASET) {
        hid_t type = H5Dget_type(id), space = H5Dget_space(id), list = H5Dget_create_plist(id);
        if (type >= 0 && space >= 0 && list >= 0 && !plain(type, list) && H5Dget_storage_size(id) < PROBE_BYTES) {
            read_all(id, type, space, 0);
        }
        H5Pclose(list);
        H5Sclose(space);
        H5Tclose(type);
    }
    H5Oclose(id);
    return 0;
}

static void probe_child(const char *path, unsigned seconds) {
    static const int fatal[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGXCPU};
    struct rlimit none = {0, 0}, cpu = {seconds, seconds + 5};
    sigset_t all;
    size_t i;
    int null = open("/dev/null", O_WRONLY);
    hid_t id;
    for (i = 0; i < sizeof fatal / sizeof *fatal; i++) {
        signal(fatal[i], SIG_DFL);
    }
    sigfillset(&all);
    sigprocmask(SIG_UNBLOCK, &all, NULL);
    setrlimit(RLIMIT_CORE, &none);
    setrlimit(RLIMIT_CPU, &cpu);
    dup2(null, 2);
    id = h5b_open(path);
    if (id >= 0) {
        H5Ovisit2(id, H5_INDEX_NAME, H5_ITER_INC, probe_object, NULL, H5O_INFO_BASIC);
        H5Fclose(id);
    }
    _exit(0);
}

int h5b_probe(const char *path, unsigned seconds) {
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        probe_child(path, seconds);
    }
    if (child < 0) {
        return 0; // no process to spare: go on without the look
    }
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            return 0;
        }
    }
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}
