#include "object.h"

struct brood_condition_t {
    brood__object_t object;
};

const brood__handle_class_t brood__condition_class = {.code = BROOD__HANDLE_CONDITION,
                                                      .name = "condition",
                                                      .pack = brood__object_pack,
                                                      .unpack = brood__object_unpack,
                                                      .size = sizeof(brood_condition_t)};
