/* A struct in readable form: job{id: 7, name: "a"}. */
#include "descriptor.h"

#include "values_print.h"
#include <string.h>

static void print_struct(brood__line_t *line, const brood_descriptor_t *descriptor,
                         const void *object);

static void print_arg(brood__line_t *line, const brood_arg_t *arg) {
    switch (arg->kind) {
    case BROOD_NIL: brood__line_text(line, "nil"); break;
    case BROOD_BOOL: brood__line_text(line, arg->of.boolean ? "true" : "false"); break;
    case BROOD_INT: brood__line_int(line, arg->of.integer); break;
    case BROOD_UINT: brood__line_uint(line, arg->of.unsigned_integer); break;
    case BROOD_DOUBLE: brood__line_double(line, arg->of.real); break;
    case BROOD_STRING:
        brood__line_string(line, arg->of.string, strlen(arg->of.string));
        break;
    case BROOD_BYTES: brood__line_bytes(line, arg->of.bytes); break;
    case BROOD_LIST: brood__line_values(line, arg->of.values); break;
    case BROOD_MAP: break;
    case BROOD_HANDLE: brood__line_handle(line, arg->of.handle); break;
    }
}

static void print_array(brood__line_t *line, const brood_field_t *field,
                        const void *object) {
    for (size_t i = 0; i < field->elements; i++) {
        brood_arg_t arg = brood__member_arg(field, object, i);
        brood__line_text(line, i == 0 ? "[" : ", ");
        print_arg(line, &arg);
    }
    brood__line_text(line, "]");
}

static void print_field(brood__line_t *line, const brood_field_t *field,
                        const void *object) {
    brood__line_text(line, field->name);
    brood__line_text(line, ": ");
    const char *at = brood__member_at(field, object, 0);
    if (field->kind == BROOD_MEMBER_STRUCT) {
        print_struct(line, field->descriptor, at);
    } else if (field->kind == BROOD_MEMBER_CHARS) {
        const char *end = memchr(at, '\0', field->size);
        brood__line_string(line, at, end == NULL ? field->size : (size_t)(end - at));
    } else if (field->elements > 0) {
        print_array(line, field, object);
    } else {
        brood_arg_t arg = brood__member_arg(field, object, 0);
        print_arg(line, &arg);
    }
}

/* Calls itself through print_field, at the most BROOD__STRUCT_DEPTH deep. */
static void print_struct(brood__line_t *line, const brood_descriptor_t *descriptor,
                         const void *object) {
    brood__line_text(line, descriptor->name);
    brood__line_text(line, "{");
    for (size_t i = 0; i < descriptor->field_count; i++) {
        if (i > 0)
            brood__line_text(line, ", ");
        print_field(line, &descriptor->fields[i], object);
    }
    brood__line_text(line, "}");
}

size_t brood_descriptor_print(const brood_descriptor_t *descriptor, const void *object,
                              char *buffer, size_t size) {
    brood__line_t line = {buffer, size, 0};
    if (descriptor == NULL || object == NULL)
        brood__line_text(&line, "NULL");
    else if (brood_descriptor_validate(descriptor) != APR_SUCCESS)
        brood__line_text(&line, "invalid");
    else
        print_struct(&line, descriptor, object);
    return brood__line_end(&line);
}
