/* Blocks and CPython's multiprocessing.shared_memory: each attaches what the other has made,
 * and neither finds anything but the caller's bytes. Left out where there is no python3. */
#include "methods.h"

#include "os/name.h"
#include <apr_strings.h>
#include <apr_thread_proc.h>
#include <string.h>

#define SIZE 1000

/* Up to 3.12 CPython's resource tracker removes at exit what it has attached, too
 * (python/cpython#82300): `keep` tells it not to. */
#define PYTHON_BEGIN                                                \
    "import sys\n"                                                  \
    "from multiprocessing import shared_memory, resource_tracker\n" \
    "def keep(shm):\n"                                              \
    "    resource_tracker.unregister(shm._name, 'shared_memory')\n" \
    "def say(word):\n"                                              \
    "    print(word, flush=True)\n"

typedef struct python_t {
    apr_proc_t process;
    char line[100];
} python_t;

static const char *fresh_name(brood_test_t *test) {
    static int number;

    return apr_psprintf(test->pool, "py-%lx-%d", (unsigned long)brood_current_pid(),
                        ++number);
}

/* Runs a script; it may say lines and hear lines. 0: there is no python3 here. */
static int python_start(python_t *python, const char *script, const char *name,
                        brood_test_t *test) {
    const char *args[] = {"python3", "-c", NULL, name, NULL};
    apr_procattr_t *attributes;

    args[2] = apr_pstrcat(test->pool, PYTHON_BEGIN, script, NULL);
    assert_int_equal(apr_procattr_create(&attributes, test->pool), APR_SUCCESS);
    assert_int_equal(
        apr_procattr_io_set(attributes, APR_FULL_BLOCK, APR_FULL_BLOCK, APR_NO_PIPE),
        APR_SUCCESS);
    assert_int_equal(apr_procattr_cmdtype_set(attributes, APR_PROGRAM_PATH), APR_SUCCESS);
    if (!brood_os_names_persist() ||
        apr_proc_create(&python->process, "python3", args, NULL, attributes,
                        test->pool) != APR_SUCCESS) {
        print_message("left out: no python3 that shares memory with this program\n");
        return 0;
    }
    return 1;
}

/* The next line that it says. 0: it says no more. */
static int python_says(python_t *python, const char *line) {
    if (apr_file_gets(python->line, sizeof python->line, python->process.out) !=
        APR_SUCCESS) {
        return 0;
    }
    python->line[strcspn(python->line, "\r\n")] = '\0';
    if (line != NULL) {
        assert_string_equal(python->line, line);
    }
    return 1;
}

static void python_hears(python_t *python, const char *line) {
    assert_int_equal(apr_file_puts(line, python->process.in), APR_SUCCESS);
}

static void python_end(python_t *python) {
    apr_exit_why_e why;
    int code;

    (void)apr_file_close(python->process.in);
    assert_int_equal(apr_proc_wait(&python->process, &code, &why, APR_WAIT),
                     APR_CHILD_DONE);
    assert_int_equal(code, 0);
    (void)apr_file_close(python->process.out);
}

/* The first line tells whether this Python has shared_memory at all. */
#define READY "say('ready')\n"

static int is_ready(python_t *python) {
    apr_exit_why_e why;
    int code;

    if (python_says(python, "ready")) {
        return 1;
    }
    (void)apr_proc_wait(&python->process, &code, &why, APR_WAIT);
    (void)apr_file_close(python->process.in);
    (void)apr_file_close(python->process.out);
    print_message("left out: python3 without multiprocessing.shared_memory\n");
    return 0;
}

static void python_attaches_ours(void **state) {
    static const char script[] = READY "shm = shared_memory.SharedMemory(sys.argv[1])\n"
                                       "keep(shm)\n"
                                       "say(str(shm.size))\n"
                                       "say(bytes(shm.buf[:5]).decode())\n"
                                       "say(str(sum(shm.buf[5:])))\n"
                                       "shm.buf[990:1000] = b'from there'\n"
                                       "shm.close()\n";
    brood_test_t *test = *state;
    const char *name = fresh_name(test);
    brood_block_t *block, *again;
    python_t python;

    assert_success(brood_block_create_named(&block, name, SIZE, NULL, test->pool));
    memcpy(brood_block_data(block), "hello", 5);
    if (python_start(&python, script, name, test) && is_ready(&python)) {
        assert_true(python_says(&python, "1000"));
        assert_true(python_says(&python, "hello"));
        assert_true(python_says(&python, "0"));
        python_end(&python);
        assert_memory_equal((char *)brood_block_data(block) + 990, "from there", 10);
        assert_success(brood_block_attach(&again, name, test->pool));
        assert_success(brood_block_close(again));
    }
    assert_success(brood_block_unlink(name));
}

static void we_attach_pythons(void **state) {
    static const char script[] =
        READY "shm = shared_memory.SharedMemory(sys.argv[1], create=True, size=1000)\n"
              "shm.buf[:5] = b'howdy'\n"
              "say('made')\n"
              "sys.stdin.readline()\n"
              "say(bytes(shm.buf[995:1000]).decode())\n"
              "shm.close()\n"
              "shm.unlink()\n"
              "say('unlinked')\n";
    brood_test_t *test = *state;
    const char *name = fresh_name(test);
    brood_block_t *block, *other;
    python_t python;
    size_t count;

    if (!python_start(&python, script, name, test) || !is_ready(&python)) {
        return;
    }
    assert_true(python_says(&python, "made"));
    assert_success(brood_block_attach(&block, name, test->pool));
    assert_true(brood_block_size(block) >= SIZE); /* macOS rounds it up */
    assert_memory_equal(brood_block_data(block), "howdy", 5);
    memcpy((char *)brood_block_data(block) + 995, "world", 5);
    assert_success(brood_block_reclaim(name, &count)); /* it is not ours to take back */
    assert_int_equal(count, 0);
    assert_status(brood_block_create_named(&other, name, SIZE, NULL, test->pool),
                  APR_EEXIST);
    python_hears(&python, "go on\n");
    assert_true(python_says(&python, "world"));
    assert_true(python_says(&python, "unlinked"));
    python_end(&python);
    assert_memory_equal(brood_block_data(block), "howdy", 5);
    assert_status(brood_block_attach(&other, name, test->pool), APR_ENOENT);
}

/* Its tracker may remove our name (see above): then the memory is still there for who holds it,
 * and the name can be made again at once. */
static void python_unlinks_ours(void **state) {
    static const char script[] = READY "shm = shared_memory.SharedMemory(sys.argv[1])\n"
                                       "shm.unlink()\n"
                                       "say('unlinked')\n"
                                       "shm.close()\n";
    brood_test_t *test = *state;
    const char *name = fresh_name(test);
    brood_block_t *block, *other;
    python_t python;

    assert_success(brood_block_create_named(&block, name, SIZE, NULL, test->pool));
    if (python_start(&python, script, name, test) && is_ready(&python)) {
        assert_true(python_says(&python, "unlinked"));
        python_end(&python);
        memset(brood_block_data(block), 3, SIZE);
        assert_success(
            brood_block_create_named(&other, name, 2 * SIZE, NULL, test->pool));
        assert_int_equal(*(char *)brood_block_data(other), 0);
        assert_success(brood_block_close(other));
        assert_int_equal(*(char *)brood_block_data(block), 3);
    }
    assert_success(brood_block_unlink(name));
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(python_attaches_ours),
    BROOD_TEST(we_attach_pythons),
    BROOD_TEST(python_unlinks_ours),
};

int main(int argc, char **argv) {
    if (brood_init(&argc, &argv) != APR_SUCCESS) {
        return 1;
    }
    return brood_test_run_once(argv[0], tests, sizeof tests / sizeof tests[0],
                               argc > 1 ? argv[1] : NULL);
}
