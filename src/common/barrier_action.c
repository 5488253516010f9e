/* The action of a barrier as numbers of a parcel: whether there is one, whether it lies in the
 * program's own image, its offset, the length of the module's build identity and of its path,
 * then the bytes of both, eight to a number. The path of the program itself does not travel. */
#include "barrier_action.h"

#include "os/module.h"
#include "status.h"
#include <string.h>

static void put_bytes(brood__parcel_t *parcel, const void *data, size_t size) {
    for (size_t at = 0; at < size; at += sizeof(uint64_t)) {
        uint64_t number = 0;
        size_t rest = size - at;
        memcpy(&number, (const char *)data + at,
               rest < sizeof number ? rest : sizeof number);
        brood__parcel_put_number(parcel, number);
    }
}

static apr_status_t take_bytes(brood__parcel_t *parcel, void *data, size_t size) {
    apr_status_t rv = APR_SUCCESS;
    for (size_t at = 0; at < size && rv == APR_SUCCESS; at += sizeof(uint64_t)) {
        uint64_t number;
        size_t rest = size - at;
        rv = brood__parcel_take_number(parcel, &number);
        memcpy((char *)data + at, &number, rest < sizeof number ? rest : sizeof number);
    }
    return rv;
}

apr_status_t brood__action_pack(brood_barrier_action_fn *action,
                                brood__parcel_t *parcel) {
    brood_os_place_t place;
    size_t path;
    apr_status_t rv;
    brood__parcel_put_number(parcel, action != NULL);
    if (action == NULL) {
        return APR_SUCCESS;
    }
    rv = brood_os_place_of((const void *)(uintptr_t)action, &place);
    if (rv != APR_SUCCESS) {
        return APR_STATUS_IS_ENOENT(rv)
                   ? brood__fail(BROOD_ENOTARGET, "the action of a barrier lies in no "
                                                  "module of the program")
                   : rv;
    }
    path = place.is_program ? 0 : strlen(place.path);
    brood__parcel_put_number(parcel, place.is_program != 0);
    brood__parcel_put_number(parcel, place.offset);
    brood__parcel_put_number(parcel, place.build_id_length);
    brood__parcel_put_number(parcel, path);
    put_bytes(parcel, place.build_id, place.build_id_length);
    put_bytes(parcel, place.path, path);
    return APR_SUCCESS;
}

static apr_status_t take_place(brood_os_place_t *place, brood__parcel_t *parcel) {
    enum { IS_PROGRAM, OFFSET, BUILD_ID, PATH, COUNT };
    uint64_t numbers[COUNT];
    apr_status_t rv = APR_SUCCESS;
    for (int i = 0; i < COUNT && rv == APR_SUCCESS; i++) {
        rv = brood__parcel_take_number(parcel, &numbers[i]);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (numbers[BUILD_ID] > sizeof place->build_id ||
        numbers[PATH] >= sizeof place->path) {
        return brood__fail(
            BROOD_EENCODING, "a build identity of %llu bytes, a path of %llu",
            (unsigned long long)numbers[BUILD_ID], (unsigned long long)numbers[PATH]);
    }
    memset(place, 0, sizeof *place);
    place->is_program = numbers[IS_PROGRAM] != 0;
    place->offset = numbers[OFFSET];
    place->build_id_length = (uint32_t)numbers[BUILD_ID];
    rv = take_bytes(parcel, place->build_id, (size_t)numbers[BUILD_ID]);
    return rv == APR_SUCCESS ? take_bytes(parcel, place->path, (size_t)numbers[PATH])
                             : rv;
}

apr_status_t brood__action_unpack(brood_barrier_action_fn **action,
                                  brood__parcel_t *parcel) {
    brood_os_place_t place;
    uint64_t there;
    void *function;
    apr_status_t rv = brood__parcel_take_number(parcel, &there);
    *action = NULL;
    if (rv != APR_SUCCESS || there == 0) {
        return rv;
    }
    rv = take_place(&place, parcel);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = brood_os_place_find(&place, &function);
    if (rv != APR_SUCCESS) {
        const char *module = place.is_program ? "the program" : place.path;
        return rv == APR_EMISMATCH
                   ? brood__fail(BROOD_EBUILD,
                                 "the action of a barrier: %s is of another build here",
                                 module)
                   : brood__fail(BROOD_ENOTARGET,
                                 "the action of a barrier: module %s, offset %llx",
                                 module, (unsigned long long)place.offset);
    }
    *action = (brood_barrier_action_fn *)(uintptr_t)function;
    return APR_SUCCESS;
}
