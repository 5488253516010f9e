/* The request to end: one word in the slot of each participant.
 *
 * Shared state: the word holds the id of the participant that has been asked, or anything else.
 * Who asks writes it by CAS, and only while that id is the slot's tenant; who is asked only
 * reads. An id is never given twice, so what is left of an earlier tenant asks nobody, and two
 * who ask, of whom one comes too late, cannot undo each other. Who asks and dies before it has
 * woken the other is seen at the end of a slice of its sleep. */
#include "stop.h"

#include "os/clock.h"
#include "os/fault.h"
#include "pace.h"
#include "participant.h"
#include "session.h"

void brood__stop_ask(uint32_t id) {
    _Atomic uint32_t *word = brood__participant_stop_word(id);
    brood_os_word_t place;
    uint32_t seen;
    if (word == NULL) {
        return;
    }
    seen = atomic_load_explicit(word, memory_order_relaxed);
    do { /* ends when it is asked, by whomever, or dead */
        if (seen == id || !brood__participant_is_tenant(id)) {
            return;
        }
        /* release: what the asker did before; pairs with the acquire in
         * brood_stop_requested() */
    } while (!atomic_compare_exchange_weak_explicit(word, &seen, id, memory_order_release,
                                                    memory_order_relaxed));
    BROOD_KILL_POINT("stop.asked");
    place = brood__session_word(word);
    brood_os_unpark(&place, UINT32_MAX);
}

int brood_stop_requested(void) {
    uint32_t id = brood__self_id;
    _Atomic uint32_t *word = brood__participant_stop_word(id);
    /* acquire: what the asker did before; pairs with the release in brood__stop_ask() */
    return word != NULL && atomic_load_explicit(word, memory_order_acquire) == id;
}

apr_status_t brood_stop_wait(apr_interval_time_t timeout) {
    brood_os_deadline_t deadline = brood__deadline(timeout);
    brood_os_word_t place;
    apr_status_t rv = brood__session_ensure();
    if (rv != APR_SUCCESS) {
        return rv;
    }
    place = brood__session_word(brood__participant_stop_word(brood__self_id));
    while (!brood_stop_requested()) { /* ends when asked or at the deadline */
        uint32_t seen = atomic_load_explicit(place.word, memory_order_relaxed);
        int64_t now = brood_os_now_ns();
        int64_t slice = now + BROOD__SLICE_NS;
        if (now >= deadline) {
            return APR_TIMEUP;
        }
        if (seen != brood__self_id) {
            brood_os_park(&place, seen, slice < deadline ? slice : deadline);
        }
    }
    return APR_SUCCESS;
}
