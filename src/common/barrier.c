#include "object.h"

struct brood_barrier_t {
    brood__object_t object;
};

const brood__handle_class_t brood__barrier_class = {.code = BROOD__HANDLE_BARRIER,
                                                    .name = "barrier",
                                                    .pack = brood__object_pack,
                                                    .unpack = brood__object_unpack,
                                                    .size = sizeof(brood_barrier_t)};
