/* brood-doctor: what the sessions of this user look like from outside.
 *
 *     brood-doctor [--json] [--reclaim]
 *
 * Exit codes: 0 nothing is wrong; 1 something of the dead is left, or there is a deadlock; 2 it
 * was called wrongly, or could not look. With --reclaim what is stale is put right first, and
 * the rest is reported. It is explained in docs/doctor.md. */
#include "brood-doctor.h"

#include "brood/brood.h"
#include <apr_general.h>
#include <stdio.h>
#include <string.h>

enum { ALL_WELL = 0, SOMETHING_WRONG = 1, FAILED = 2 };

int block_is_stale(const brood_block_info_t *block) {
    return !block->owner_is_alive && !block->is_held && !block->is_persistent;
}

size_t problems(const findings_t *findings) {
    size_t count = 0;
    for (size_t i = 0; i < findings->session_count; i++) {
        count += findings->sessions[i].stale + findings->sessions[i].deadlock_count;
    }
    for (size_t i = 0; i < findings->block_count; i++) {
        count += (size_t)block_is_stale(&findings->blocks[i]);
    }
    return count;
}

static void complain(apr_status_t status) {
    char text[200];
    fprintf(stderr, "brood-doctor: %s: %s\n", brood_strerror(status, text, sizeof text),
            brood_error_detail());
}

/* What is told of the one half when the other cannot be looked at is there all the same. */
static apr_status_t look(findings_t *findings, apr_pool_t *pool) {
    brood_doctor_session_t *sessions;
    brood_block_info_t *blocks;
    apr_status_t rv = brood_doctor_find(&sessions, &findings->session_count, pool);
    apr_status_t listed;
    findings->sessions = sessions;
    if (rv != APR_SUCCESS) {
        findings->session_count = 0;
        complain(rv);
    }
    listed = brood_block_list(&blocks, &findings->block_count, pool);
    findings->blocks = blocks;
    if (listed != APR_SUCCESS) {
        findings->block_count = 0;
    }
    if (listed == APR_ENOTIMPL) { /* here no name outlives its processes */
        return rv;
    }
    if (listed != APR_SUCCESS) {
        complain(listed);
    }
    return rv != APR_SUCCESS ? rv : listed;
}

/* What fails for one of them does not keep it from the others. */
static apr_status_t reclaim(findings_t *findings) {
    apr_status_t failed = APR_SUCCESS;
    apr_status_t rv;
    for (size_t i = 0; i < findings->session_count; i++) {
        size_t dead = 0;
        rv = findings->sessions[i].stale == 0
                 ? APR_SUCCESS
                 : brood_doctor_reclaim_in(findings->sessions[i].id, &dead);
        if (rv != APR_SUCCESS && rv != APR_ENOENT) { /* it may have ended by itself */
            complain(rv);
            failed = rv;
        }
        findings->dead_reclaimed += dead;
    }
    rv = brood_block_reclaim(NULL, &findings->blocks_reclaimed);
    if (rv != APR_SUCCESS) {
        complain(rv);
        failed = rv;
    }
    return failed;
}

static int usage(FILE *stream, int code) {
    fputs("usage: brood-doctor [--json] [--reclaim]\n"
          "Shows this user's Brood sessions: who takes part, who holds what, who waits "
          "for\n"
          "whom, deadlocks, and what dead processes have left.\n"
          "  --json      as JSON, for programs\n"
          "  --reclaim   puts right what the dead have left\n"
          "  --version   says which library this is of\n"
          "exit codes: 0 nothing wrong, 1 stale things or a deadlock, 2 failure\n",
          stream);
    return code;
}

static int examine(int json, int wants_reclaim, apr_pool_t *pool) {
    findings_t findings;
    apr_status_t rv;
    memset(&findings, 0, sizeof findings);
    findings.reclaim = wants_reclaim;
    rv = look(&findings, pool);
    if (wants_reclaim) {
        apr_status_t reclaimed = reclaim(&findings);
        rv = look(&findings, pool);
        rv = rv != APR_SUCCESS ? rv : reclaimed;
    }
    (json ? print_json : print_text)(&findings);
    if (rv != APR_SUCCESS) {
        return FAILED;
    }
    return problems(&findings) == 0 ? ALL_WELL : SOMETHING_WRONG;
}

int main(int argc, char **argv) {
    apr_pool_t *pool;
    int json = 0;
    int wants_reclaim = 0;
    int code;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0) {
            json = 1;
        } else if (strcmp(argv[i], "--reclaim") == 0) {
            wants_reclaim = 1;
        } else if (strcmp(argv[i], "--help") == 0) {
            return usage(stdout, ALL_WELL);
        } else if (strcmp(argv[i], "--version") == 0) {
            puts("brood-doctor " BROOD_DOCTOR_VERSION);
            return ALL_WELL;
        } else {
            fprintf(stderr, "brood-doctor: %s is no option\n", argv[i]);
            return usage(stderr, FAILED);
        }
    }
    if (apr_initialize() != APR_SUCCESS || apr_pool_create(&pool, NULL) != APR_SUCCESS) {
        complain(APR_ENOMEM);
        return FAILED;
    }
    code = examine(json, wants_reclaim, pool);
    apr_pool_destroy(pool);
    if (fflush(stdout) != 0) {
        return FAILED;
    }
    return code;
}
