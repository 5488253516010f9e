/* Who a process is, when its number has been another's before. */
#include "methods.h"

#include "os/handle.h"
#include "os/identity.h"
#include "os/process.h"
#include "os/stream.h"
#include "strangers.h"

#define TRIES 50

enum { RIGHT, WRONG, FAILED };

/* In the grandchild: what it takes itself for must be what the system says. */
static int look_at_self(void) {
    brood_os_handle_t watch = BROOD_OS_NO_HANDLE;
    brood_os_identity_t self;

    if (brood_os_identity_self(&self) != APR_SUCCESS) {
        return FAILED;
    }
    return brood_os_identity_life(&self, &watch) == BROOD_OS_DEAD ? WRONG : RIGHT;
}

/* In the child, whose parent is over: forks one that gets the parent's number. */
static int fork_as_parent(int64_t number) {
    for (int i = 0; i < TRIES; i++) {
        brood_os_process_t process;
        brood_os_exit_t how;

        if (!brood_test_next_number(number) ||
            brood_os_process_fork(&process) != APR_SUCCESS) {
            return FAILED;
        }
        if (process.pid == 0) {
            brood_os_exit_now(look_at_self());
        }
        if (brood_os_process_wait(&process, BROOD_OS_FOREVER, &how) != APR_SUCCESS) {
            return FAILED;
        }
        if (process.pid == number) {
            return how.code;
        }
        brood_os_process_close(&process);
    }
    return FAILED;
}

/* Knows itself, and leaves a child that knows neither itself nor that it is over. */
static void be_parent(brood_os_handle_t over, brood_os_handle_t answer) {
    brood_os_identity_t self;
    brood_os_process_t process;
    size_t one = 1;
    char word;

    if (brood_os_identity_self(&self) != APR_SUCCESS ||
        brood_os_process_fork(&process) != APR_SUCCESS) {
        brood_os_exit_now(1);
    }
    if (process.pid == 0) {
        (void)brood_os_stream_read(over, &word, &one, BROOD_OS_FOREVER);
        word = (char)fork_as_parent(self.pid);
        one = 1;
        (void)brood_os_stream_write(answer, &word, &one, BROOD_OS_FOREVER);
    }
    brood_os_exit_now(0);
}

static void a_number_used_again_is_another(void **state) {
    brood_os_handle_t over, tell_over, answer, tell_answer;
    brood_os_process_t parent;
    brood_os_exit_t how;
    size_t one = 1;
    char word = FAILED;

    (void)state;
    if (!brood_os_has_fork() || !brood_test_next_number(brood_current_pid())) {
        print_message("numbers cannot be chosen here\n");
        return;
    }
    assert_success(brood_os_stream_pipe(&over, &tell_over));
    assert_success(brood_os_stream_pipe(&answer, &tell_answer));
    assert_success(brood_os_process_fork(&parent));
    if (parent.pid == 0) {
        be_parent(over, tell_answer);
    }
    assert_success(brood_os_process_wait(&parent, BROOD_OS_FOREVER, &how));
    brood_os_process_close(&parent);
    brood_os_handle_close(tell_answer);
    assert_success(brood_os_stream_write(tell_over, "o", &one, BROOD_OS_FOREVER));
    one = 1;
    assert_success(brood_os_stream_read(answer, &word, &one, BROOD_OS_FOREVER));
    assert_int_not_equal(word, WRONG);
    if (word == FAILED) {
        print_message("others were faster\n");
    }
    brood_os_handle_close(over);
    brood_os_handle_close(tell_over);
    brood_os_handle_close(answer);
}

static const struct CMUnitTest tests[] = {
    BROOD_TEST(a_number_used_again_is_another),
};

int main(int argc, char **argv) {
    if (brood_init(&argc, &argv) != APR_SUCCESS) {
        return 1;
    }
    return brood_test_run_once(argv[0], tests, sizeof tests / sizeof tests[0],
                               argc > 1 ? argv[1] : NULL);
}
