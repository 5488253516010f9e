/* The stop ladder: one step after the other, until the target has ended. */
#include "stop.h"

#include "os/clock.h"
#include "pace.h"
#include "status.h"

#define DEFAULT_TIMEOUT_US (5 * 1000000)

static const char *const names[] = {"none", "wait", "ask", "terminate", "kill"};

static const brood_stop_step_t default_steps[] = {
    {BROOD_STOP_ASK, DEFAULT_TIMEOUT_US},
    {BROOD_STOP_TERMINATE, DEFAULT_TIMEOUT_US},
    {BROOD_STOP_KILL, BROOD_FOREVER},
};

const char *brood_stop_name(brood_stop_what_t what) {
    return what >= BROOD_STOP_NONE && what <= BROOD_STOP_KILL ? names[what] : NULL;
}

apr_status_t brood__stop_check(const brood_stop_step_t *steps, size_t count) {
    if (steps == NULL || count == 0 || count > BROOD_STOP_STEPS_MAX) {
        return brood__fail(APR_EINVAL, "%llu steps%s, 1 to %d are possible",
                           (unsigned long long)count, steps == NULL ? " at NULL" : "",
                           BROOD_STOP_STEPS_MAX);
    }
    for (size_t i = 0; i < count; i++) {
        if (steps[i].what < BROOD_STOP_WAIT || steps[i].what > BROOD_STOP_KILL) {
            return brood__fail(APR_EINVAL, "step %llu: what is %d",
                               (unsigned long long)i + 1, (int)steps[i].what);
        }
    }
    return APR_SUCCESS;
}

static apr_status_t act(const brood__stop_target_t *target, brood_stop_what_t what) {
    switch (what) {
    case BROOD_STOP_ASK: return target->ask(target->data);
    case BROOD_STOP_TERMINATE: return target->signal(target->data, BROOD_OS_TERMINATE);
    case BROOD_STOP_KILL: return target->signal(target->data, BROOD_OS_KILL);
    default: return APR_SUCCESS;
    }
}

static apr_status_t climb(const brood__stop_target_t *target,
                          const brood_stop_step_t *steps, size_t count,
                          brood_stop_what_t *ended_by) {
    apr_status_t rv = APR_SUCCESS;
    for (size_t i = 0; i < count; i++) {
        rv = act(target, steps[i].what);
        if (rv != APR_SUCCESS) {
            continue; /* its time would be spent for nothing */
        }
        rv = target->wait(target->data, brood__deadline(steps[i].timeout));
        if (rv != APR_TIMEUP) {
            *ended_by = rv == APR_SUCCESS ? steps[i].what : BROOD_STOP_NONE;
            return rv;
        }
    }
    return rv == APR_TIMEUP ? brood__fail(rv, "%s runs after the last step, %s",
                                          target->name, names[steps[count - 1].what])
                            : rv;
}

apr_status_t brood__stop_run(const brood__stop_target_t *target,
                             const brood_stop_step_t *steps, size_t count,
                             brood_stop_what_t *ended_by) {
    brood_stop_what_t unwanted;
    apr_status_t rv;
    if (steps == NULL && count == 0) {
        steps = default_steps;
        count = sizeof default_steps / sizeof default_steps[0];
    }
    if (ended_by == NULL) {
        ended_by = &unwanted;
    }
    *ended_by = BROOD_STOP_NONE;
    rv = brood__stop_check(steps, count);
    if (rv == APR_SUCCESS) {
        rv = target->wait(target->data, 0);
    }
    return rv == APR_TIMEUP ? climb(target, steps, count, ended_by) : rv;
}
