#include "object.h"

struct brood_event_t {
    brood__object_t object;
};

const brood__handle_class_t brood__event_class = {.code = BROOD__HANDLE_EVENT,
                                                  .name = "event",
                                                  .pack = brood__object_pack,
                                                  .unpack = brood__object_unpack,
                                                  .size = sizeof(brood_event_t)};
