#include "object.h"

struct brood_semaphore_t {
    brood__object_t object;
};

const brood__handle_class_t brood__semaphore_class = {.code = BROOD__HANDLE_SEMAPHORE,
                                                      .name = "semaphore",
                                                      .pack = brood__object_pack,
                                                      .unpack = brood__object_unpack,
                                                      .size = sizeof(brood_semaphore_t)};
