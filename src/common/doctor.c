/* Doctor: looking at one's own session, and putting right what the dead have left in it. */
#include "brood/doctor.h"

#include "doctor_report.h"
#include "participant.h"
#include "session.h"
#include "status.h"
#include <stdlib.h>
#include <string.h>

/* All segments that are mapped here, each held, in memory of malloc(). NULL: no memory. */
static brood__segment_t **segments_hold(size_t *count) {
    size_t capacity = 64;
    for (;;) { /* ends with all of them, or without memory */
        brood__segment_t **held = malloc(capacity * sizeof(brood__segment_t *));
        *count = held == NULL ? 0 : brood__segments_hold(held, capacity);
        if (held == NULL || *count < capacity) {
            return held;
        }
        for (size_t i = 0; i < *count; i++) {
            brood__segment_release(held[i]);
        }
        free(held);
        capacity *= 2;
    }
}

static void source_of(brood__source_t *source, const brood__segment_t *segment) {
    source->id = segment->id;
    source->kind = segment->kind;
    source->committed = segment->mapped;
    source->base = segment->base;
    source->memory = BROOD_OS_NO_HANDLE;
}

static apr_status_t look(brood_doctor_session_t *session, brood__segment_t *const *held,
                         size_t count, apr_pool_t *pool) {
    brood__source_t *sources = apr_pcalloc(pool, (count + 1) * sizeof *sources);
    const brood__source_t *control = NULL;
    if (sources == NULL) {
        return APR_ENOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        source_of(&sources[i], held[i]);
        if (held[i]->memory == brood__session_control()) {
            control = &sources[i];
        }
    }
    return control == NULL
               ? APR_SUCCESS
               : brood__session_report(session, control, sources, count, pool);
}

apr_status_t brood_doctor_look(brood_doctor_session_t **session, apr_pool_t *pool) {
    brood__segment_t **held;
    size_t count;
    apr_status_t rv;
    if (session == NULL || pool == NULL) {
        return brood__fail(APR_EINVAL, "%s is NULL",
                           session == NULL ? "session" : "pool");
    }
    *session = NULL;
    brood_doctor_session_t *found = apr_pcalloc(pool, sizeof *found);
    held = segments_hold(&count);
    if (found == NULL || held == NULL) {
        return brood__fail(APR_ENOMEM, "no memory for a look at the session");
    }
    rv = brood__self_id == 0 ? APR_SUCCESS : look(found, held, count, pool);
    for (size_t i = 0; i < count; i++) {
        brood__segment_release(held[i]);
    }
    free(held);
    *session = rv == APR_SUCCESS ? found : NULL;
    return rv;
}

apr_status_t brood_doctor_reclaim(size_t *count) {
    size_t dead = 0;
    uint32_t slot = 0;
    uint32_t id;
    while (brood__self_id != 0 && (id = brood__participant_next_dead(&slot)) != 0) {
        /* Whose creator is dead may live by now itself. */
        if (brood__participant_withdraw(id) || brood__participant_is_dead(id)) {
            brood__session_bury(id);
            dead++;
        }
    }
    if (count != NULL) {
        *count = dead;
    }
    return APR_SUCCESS;
}
