#include "object.h"

struct brood_rlock_t {
    brood__object_t object;
};

const brood__handle_class_t brood__rlock_class = {.code = BROOD__HANDLE_RLOCK,
                                                  .name = "rlock",
                                                  .pack = brood__object_pack,
                                                  .unpack = brood__object_unpack,
                                                  .size = sizeof(brood_rlock_t)};
