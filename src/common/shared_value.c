#include "object.h"

struct brood_shared_value_t {
    brood__object_t object;
};

const brood__handle_class_t brood__shared_value_class = {
    .code = BROOD__HANDLE_SHARED_VALUE,
    .name = "shared value",
    .pack = brood__object_pack,
    .unpack = brood__object_unpack,
    .size = sizeof(brood_shared_value_t)};
