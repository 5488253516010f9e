#include "object.h"

const brood__handle_class_t brood__shareable_list_class = {
    .code = BROOD__HANDLE_SHAREABLE_LIST, .name = "shareable list"};
