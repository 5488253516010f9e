/* Sessions from outside: which segments there are, and which belong together. A segment belongs
 * to a session when some process has both it and the session's control segment. */
#include "doctor_outside.h"

#include "brood/boot.h"
#include "brood/doctor.h"
#include "doctor_report.h"
#include "os/handle.h"
#include "os/outside.h"
#include "status.h"
#include <stdlib.h>
#include <string.h>

typedef struct user_t {
    int64_t pid;
    int source;
} user_t;

static int source_number(const brood__outside_t *outside, uint64_t id) {
    for (int i = 0; i < outside->sources->nelts; i++) {
        if (APR_ARRAY_IDX(outside->sources, i, brood__source_t).id == id) {
            return i;
        }
    }
    return -1;
}

/* What this process has open because it looks is no part of a session; what it has mapped is. */
static int is_only_looked_at(int64_t pid, uint64_t id) {
    return pid == brood_current_pid() && !brood__segment_is_mapped(id);
}

static apr_status_t found(void *data, int64_t pid, brood_os_handle_t memory) {
    brood__outside_t *outside = data;
    brood__segment_head_t head;
    brood__source_t source;
    uint64_t size;
    user_t user = {pid, -1};
    if (brood_os_memory_size(memory, &size) != APR_SUCCESS ||
        brood_os_outside_read(memory, 0, &head, sizeof head) != APR_SUCCESS ||
        !brood__source_from_head(&source, &head, size) ||
        is_only_looked_at(pid, source.id)) {
        brood_os_handle_close(memory); /* or a block, or another program's */
        return APR_SUCCESS;
    }
    user.source = source_number(outside, source.id);
    if (user.source >= 0) {
        brood_os_handle_close(memory);
    } else {
        user.source = outside->sources->nelts;
        source.memory = memory;
        APR_ARRAY_PUSH(outside->sources, brood__source_t) = source;
    }
    APR_ARRAY_PUSH(outside->users, user_t) = user;
    return APR_SUCCESS;
}

static int by_pid(const void *a, const void *b) {
    int64_t one = ((const user_t *)a)->pid;
    int64_t other = ((const user_t *)b)->pid;
    return one < other ? -1 : one > other;
}

apr_status_t brood__outside_find(brood__outside_t *outside, int write, apr_pool_t *pool) {
    apr_status_t rv;
    outside->sources = apr_array_make(pool, 16, sizeof(brood__source_t));
    outside->users = apr_array_make(pool, 64, sizeof(user_t));
    rv = brood_os_outside_find(found, outside, write);
    qsort(outside->users->elts, (size_t)outside->users->nelts, sizeof(user_t), by_pid);
    return rv == APR_SUCCESS ? rv : brood__fail(rv, "looking for sessions");
}

void brood__outside_close(brood__outside_t *outside) {
    for (int i = 0; i < outside->sources->nelts; i++) {
        brood__source_t *source = &APR_ARRAY_IDX(outside->sources, i, brood__source_t);
        source->memory = brood_os_handle_close(source->memory);
    }
}

/* Marks what the process has whose users begin at `first`, if it has the control segment.
 * Returns where the next process begins. */
static int mark_process(const brood__outside_t *outside, int first, int control,
                        char *marks) {
    const user_t *users = (const user_t *)(const void *)outside->users->elts;
    int end = first;
    int takes_part = 0;
    for (; end < outside->users->nelts && users[end].pid == users[first].pid; end++) {
        takes_part |= users[end].source == control;
    }
    for (int i = first; i < end && takes_part; i++) {
        marks[users[i].source] = 1;
    }
    return end;
}

size_t brood__outside_of(const brood__outside_t *outside, int control,
                         brood__source_t *others, apr_pool_t *pool) {
    char *marks = apr_pcalloc(pool, (size_t)outside->sources->nelts + 1);
    size_t count = 0;
    for (int at = 0; at < outside->users->nelts;) {
        at = mark_process(outside, at, control, marks);
    }
    for (int i = 0; i < outside->sources->nelts; i++) {
        if (marks[i] && i != control) {
            others[count++] = APR_ARRAY_IDX(outside->sources, i, brood__source_t);
        }
    }
    return count;
}

static apr_status_t report_all(apr_array_header_t *sessions,
                               const brood__outside_t *outside, apr_pool_t *pool) {
    brood__source_t *others =
        apr_pcalloc(pool, (size_t)(outside->sources->nelts + 1) * sizeof *others);
    if (others == NULL) {
        return APR_ENOMEM;
    }
    for (int i = 0; i < outside->sources->nelts; i++) {
        const brood__source_t *source =
            &APR_ARRAY_IDX(outside->sources, i, brood__source_t);
        brood_doctor_session_t session;
        if (source->kind != BROOD__SEGMENT_CONTROL) {
            continue;
        }
        size_t count = brood__outside_of(outside, i, others, pool);
        if (brood__session_report(&session, source, others, count, pool) == APR_SUCCESS &&
            session.process_count != 0) {
            APR_ARRAY_PUSH(sessions, brood_doctor_session_t) = session;
        }
    }
    return APR_SUCCESS;
}

apr_status_t brood_doctor_find(brood_doctor_session_t **sessions, size_t *count,
                               apr_pool_t *pool) {
    apr_array_header_t *all;
    brood__outside_t outside;
    apr_status_t rv;
    if (sessions == NULL || count == NULL || pool == NULL) {
        return brood__fail(APR_EINVAL, "sessions, count or pool is NULL");
    }
    *sessions = NULL;
    *count = 0;
    all = apr_array_make(pool, 4, sizeof(brood_doctor_session_t));
    rv = brood__outside_find(&outside, 0, pool);
    if (rv == APR_SUCCESS) {
        rv = report_all(all, &outside, pool);
    }
    brood__outside_close(&outside);
    if (rv == APR_SUCCESS && all->nelts != 0) {
        *sessions = (brood_doctor_session_t *)(void *)all->elts;
        *count = (size_t)all->nelts;
    }
    return rv;
}
