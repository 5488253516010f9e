#include "object.h"

const brood__handle_class_t brood__block_class = {.code = BROOD__HANDLE_BLOCK,
                                                  .name = "block"};
