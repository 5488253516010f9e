/* A main for the fuzz targets where there is no libFuzzer: feeds every file that is named,
 * or lies in a folder that is named, and then inputs made of them by chance.
 *
 *     fuzz_NAME [--runs N] [--seed S] FILE-OR-FOLDER...
 *
 * The same seed makes the same inputs. A target that fails aborts; the last line says which
 * file it was, or from which input on to look. */
#include <apr_file_info.h>
#include <apr_file_io.h>
#include <apr_general.h>
#include <apr_strings.h>
#include <apr_tables.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX 4096

typedef struct input_t {
    uint8_t *data;
    size_t size;
} input_t;

static apr_pool_t *pool;
static apr_array_header_t *corpus; /* input_t */
static uint64_t chance = 1;

static uint64_t any(uint64_t below) {
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return below == 0 ? 0 : chance % below;
}

/* In memory of exactly that size, so that a sanitizer sees a byte read too much. */
static void feed(const uint8_t *data, size_t size) {
    uint8_t *copy = malloc(size > 0 ? size : 1);
    if (copy == NULL)
        abort();
    memcpy(copy, data, size);
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void add_file(const char *path) {
    apr_file_t *file;
    apr_finfo_t about;
    input_t input;
    if (apr_file_open(&file, path, APR_FOPEN_READ | APR_FOPEN_BINARY, 0, pool) ||
        apr_file_info_get(&about, APR_FINFO_SIZE, file)) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(2);
    }
    input.size = (size_t)about.size;
    input.data = apr_palloc(pool, input.size + 1);
    if (apr_file_read_full(file, input.data, input.size, &input.size) != APR_SUCCESS)
        input.size = 0;
    apr_file_close(file);
    printf("%s\n", path);
    feed(input.data, input.size);
    APR_ARRAY_PUSH(corpus, input_t) = input;
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_path(const char *path) {
    apr_dir_t *folder;
    apr_finfo_t entry;
    apr_array_header_t *names = apr_array_make(pool, 16, sizeof(char *));
    if (apr_dir_open(&folder, path, pool) != APR_SUCCESS) {
        add_file(path);
        return;
    }
    while (apr_dir_read(&entry, APR_FINFO_NAME | APR_FINFO_TYPE, folder) == APR_SUCCESS)
        if (entry.name[0] != '.' && entry.filetype != APR_DIR)
            APR_ARRAY_PUSH(names, char *) =
                apr_pstrcat(pool, path, "/", entry.name, (char *)NULL);
    apr_dir_close(folder);
    /* a folder has no order of its own, and the inputs are to be the same everywhere */
    qsort(names->elts, (size_t)names->nelts, sizeof(char *), by_name);
    for (int i = 0; i < names->nelts; i++)
        add_file(APR_ARRAY_IDX(names, i, char *));
}

/* One of the corpus or nothing, changed in a few places. */
static size_t make_input(uint8_t *data) {
    size_t size = 0;
    if (corpus->nelts > 0 && any(8) > 0) {
        const input_t *from =
            &APR_ARRAY_IDX(corpus, any((uint64_t)corpus->nelts), input_t);
        size = from->size < INPUT_MAX ? from->size : INPUT_MAX;
        memcpy(data, from->data, size);
    } else {
        size = (size_t)any(64);
        for (size_t i = 0; i < size; i++)
            data[i] = (uint8_t)any(256);
    }
    for (uint64_t changes = any(6); changes > 0 && size > 0; changes--) {
        size_t at = (size_t)any(size);
        switch (any(5)) {
        case 0: data[at] = (uint8_t)any(256); break;
        case 1: data[at] = (uint8_t)(data[at] ^ 1u << any(8)); break;
        case 2: data[at] = any(2) == 0 ? 0xff : 0; break;
        case 3: size = at; break;
        default:
            if (size < INPUT_MAX) {
                memmove(data + at + 1, data + at, size - at);
                size++;
            }
            break;
        }
    }
    return size;
}

int main(int argc, char **argv) {
    uint8_t data[INPUT_MAX];
    uint64_t runs = 1000;
    uint64_t seed = 1;
    (void)setvbuf(stdout, NULL, _IONBF, 0);
    if (apr_initialize() != APR_SUCCESS || apr_pool_create(&pool, NULL) != APR_SUCCESS)
        return 2;
    corpus = apr_array_make(pool, 16, sizeof(input_t));
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--runs") == 0 && i + 1 < argc)
            runs = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
            seed = strtoull(argv[++i], NULL, 10);
        else
            add_path(argv[i]);
    }
    for (uint64_t run = 0; run < runs; run++) {
        /* each input depends on the seed and its number only */
        chance = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15) +
                 run * UINT64_C(0xbf58476d1ce4e5b9);
        chance |= chance == 0;
        (void)any(1);
        if (run % 100 == 0)
            printf("seed %" PRIu64 ", from input %" PRIu64 "\n", seed, run);
        feed(data, make_input(data));
    }
    printf("%d files and %" PRIu64 " inputs\n", corpus->nelts, runs);
    return 0;
}
