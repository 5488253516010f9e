/* Where a value is, in words: "value 2, item 4". */
#include "values_node.h"

#include <stdio.h>
#include <string.h>

void brood__path_add(char path[BROOD__PATH_SIZE], brood__step_t step, size_t number) {
    const char *word = "value";
    if (step == BROOD__STEP_LIST) {
        word = "item";
    } else if (step == BROOD__STEP_MAP) {
        word = number % 2 == 1 ? "key" : "entry";
        number = (number + 1) / 2;
    }
    size_t length = step == BROOD__STEP_TOP ? 0 : strlen(path);
    (void)snprintf(path + length, BROOD__PATH_SIZE - length, "%s%s %zu",
                   length > 0 ? ", " : "", word, number);
}
