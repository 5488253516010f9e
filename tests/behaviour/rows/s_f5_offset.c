/* What is not independent after a fork: an open file has one position for both. */
#include "support/raw_fork.h"
#include <apr_file_io.h>

static void read_five(const char *who, apr_file_t *file) {
    char text[6] = "";
    apr_size_t size = 5;
    MUST(apr_file_read(file, text, &size));
    say("%s: %s\n", who, text);
}

int main(int argc, char **argv) {
    char name[] = "brood-row-XXXXXX";
    apr_off_t start = 0;
    apr_file_t *file;
    apr_pool_t *pool;
    int64_t pid;
    MUST(brood_init(&argc, &argv));
    MUST(apr_pool_create(&pool, NULL));
    MUST(apr_file_mktemp(&file, name, 0, pool)); /* removed when it is closed */
    MUST(apr_file_write_full(file, "HelloWorld", 10, NULL));
    MUST(apr_file_seek(file, APR_SET, &start));

    pid = fork_or_say();
    if (pid == 0) {
        read_five("child", file);
        brood_exit_now(0);
    }
    wait_for(pid);
    read_five("parent", file);
    MUST(apr_file_close(file));
    return 0;
}
