/* Leak ledger: two pages of lines, and what the second has that the first has not. */
#include "ledger.h"

#include "os/clock.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MAX 4096
#define LINE_BYTES 160
#define PATIENCE_NS (2 * 1000000000LL)

typedef struct page_t {
    size_t count;
    char lines[LINES_MAX][LINE_BYTES];
} page_t;

static page_t before;
static page_t after;

static void note(void *data, const char *format, ...) {
    page_t *page = data;
    va_list arguments;

    if (page->count < LINES_MAX) {
        va_start(arguments, format);
        (void)vsnprintf(page->lines[page->count++], LINE_BYTES, format, arguments);
        va_end(arguments);
    }
}

static int compare(const void *one, const void *other) {
    return strcmp(one, other);
}

static void read_page(page_t *page) {
    page->count = 0;
    brood_test_ledger_read(note, page);
    qsort(page->lines, page->count, LINE_BYTES, compare);
}

void brood_test_ledger_open(void) {
    read_page(&before);
}

/* Lines of `after` that `before` has not, or has fewer times. Both are sorted. */
static size_t difference(int print) {
    size_t i = 0;
    size_t j = 0;
    size_t count = 0;

    while (j < after.count) {
        int order = i < before.count ? strcmp(before.lines[i], after.lines[j]) : 1;
        if (order < 0) {
            i++;
        } else if (order == 0) {
            i++;
            j++;
        } else {
            if (print) {
                (void)fprintf(stderr, "leak: %s\n", after.lines[j]);
            }
            count++;
            j++;
        }
    }
    return count;
}

size_t brood_test_ledger_check(void) {
    int64_t end = brood_os_now_ns() + PATIENCE_NS;

    do { /* ends when nothing is left, or patience is */
        read_page(&after);
        if (difference(0) == 0) {
            return 0;
        }
        brood_os_sleep_until(brood_os_now_ns() + 5 * 1000000);
    } while (brood_os_now_ns() < end);
    return difference(1);
}
