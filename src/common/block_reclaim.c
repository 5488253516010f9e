/* Names of blocks that programs have left: listing them, and taking them back. */
#include "brood/block.h"

#include "block_name.h"
#include "status.h"
#include <apr_strings.h>
#include <apr_tables.h>

/* How long one name may hold up those who look at all. */
#define GLANCE_NS INT64_C(100000000)

/* ---- listing ---- */

static apr_status_t list_one(void *data, const char *name) {
    apr_array_header_t *infos = data;
    brood__site_t site;
    apr_status_t rv = brood__site_enter(&site, name, GLANCE_NS);
    if (rv == APR_SUCCESS &&
        (site.kind == BROOD__SITE_USED || site.kind == BROOD__SITE_LEFT)) {
        brood_block_info_t *info = apr_array_push(infos);
        apr_cpystrn(info->name, name, sizeof info->name);
        info->size = site.note.state == BROOD__NAME_READY ? site.note.size : 0;
        info->owner_pid = site.note.owner_pid;
        info->owner_is_alive = site.owner_is_alive;
        info->is_held = site.is_held;
        info->is_persistent = site.note.persistent != 0;
        info->since = site.note.since;
    }
    brood__site_leave(&site);
    return APR_SUCCESS; /* one that is in use or another user's does not hide the rest */
}

apr_status_t brood_block_list(brood_block_info_t **infos, size_t *count,
                              apr_pool_t *pool) {
    apr_array_header_t *found;
    apr_status_t rv;
    if (infos == NULL || count == NULL || pool == NULL) {
        return brood__fail(APR_EINVAL, "infos, count or pool is NULL");
    }
    *infos = NULL;
    *count = 0;
    found = apr_array_make(pool, 8, sizeof(brood_block_info_t));
    rv = brood_os_note_list(list_one, found);
    if (rv != APR_SUCCESS) {
        return brood__fail(rv, "the records of blocks");
    }
    if (found->nelts > 0) {
        *infos = (brood_block_info_t *)(void *)found->elts;
        *count = (size_t)found->nelts;
    }
    return APR_SUCCESS;
}

/* ---- taking back ---- */

static apr_status_t reclaim_one(size_t *count, const char *name, int64_t patience) {
    brood__site_t site;
    apr_status_t rv = brood__site_enter(&site, name, patience);
    if (APR_STATUS_IS_EACCES(rv) && site.lock != BROOD_OS_NO_HANDLE) {
        rv = APR_SUCCESS; /* the name is another user's; the folder is not */
    }
    if (rv == APR_SUCCESS && site.kind == BROOD__SITE_LEFT) {
        rv = brood__site_take_back(&site);
        *count += rv == APR_SUCCESS;
    }
    brood__site_leave(&site);
    return rv;
}

static apr_status_t reclaim_any(void *data, const char *name) {
    (void)reclaim_one(data, name, GLANCE_NS);
    return APR_SUCCESS;
}

apr_status_t brood_block_reclaim(const char *name, size_t *count) {
    size_t taken = 0;
    apr_status_t rv = name == NULL ? APR_SUCCESS : brood__name_check(name);
    if (count != NULL) {
        *count = 0;
    }
    if (rv != APR_SUCCESS || !brood_os_names_persist()) {
        return rv;
    }
    if (name != NULL) {
        rv = reclaim_one(&taken, name, BROOD__NAME_PATIENCE_NS);
    } else {
        rv = brood_os_note_list(reclaim_any, &taken);
        if (rv != APR_SUCCESS) {
            brood__fail(rv, "the records of blocks");
        }
    }
    if (count != NULL) {
        *count = taken;
    }
    return rv;
}
