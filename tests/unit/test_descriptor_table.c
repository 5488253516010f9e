/* Descriptors: versions of a table, and tables that are wrong. */
#include "values_fixture.h"

#include "brood/descriptor.h"

/* ---- versions: the same struct as three releases of a program knew it ---- */

typedef struct camera_t {
    int32_t width;
    int32_t height;
    double gain;
    const char *lens;
} camera_t;

static const camera_t camera_defaults = {640, 480, 1.5, "wide"};

static const brood_field_t fields1[] = {
    BROOD_FIELD_INT(camera_t, width),
};
static const brood_field_t fields2[] = {
    BROOD_FIELD_INT(camera_t, width),
    BROOD_FIELD_INT(camera_t, height, BROOD_SINCE(2)),
};
static const brood_field_t fields3[] = {
    BROOD_FIELD_INT(camera_t, width),
    BROOD_FIELD_INT(camera_t, height, BROOD_SINCE(2)),
    BROOD_FIELD_DOUBLE(camera_t, gain, BROOD_SINCE(3)),
    BROOD_FIELD_STRING(camera_t, lens, BROOD_REQUIRED, BROOD_SINCE(3)),
};
static const brood_descriptor_t camera1 =
    BROOD_DESCRIPTOR("camera", 1, 1, camera_t, fields1, NULL);
static const brood_descriptor_t camera2 =
    BROOD_DESCRIPTOR("camera", 2, 1, camera_t, fields2, NULL);
static const brood_descriptor_t camera3 =
    BROOD_DESCRIPTOR("camera", 3, 2, camera_t, fields3, &camera_defaults);

static brood_values_t *written_by(const brood_descriptor_t *descriptor) {
    const camera_t camera = {10, 20, 0.25, "long"};
    brood_values_t *values;
    assert_ok(brood_descriptor_pack(descriptor, &camera, &values, fixture.pool));
    return values;
}

static void new_fields_of_old_state_are_zero(void **state) {
    camera_t got;
    (void)state;
    memset(&got, 0xee, sizeof got);
    assert_ok(
        brood_descriptor_unpack(&camera2, written_by(&camera1), &got, fixture.pool));
    assert_true(got.width == 10 && got.height == 0);
}

static void or_have_their_default(void **state) {
    camera_t got;
    (void)state;
    assert_ok(
        brood_descriptor_unpack(&camera3, written_by(&camera2), &got, fixture.pool));
    assert_true(got.width == 10 && got.height == 20 && got.gain == 1.5);
    assert_string_equal(got.lens, "wide");
    assert_ok(
        brood_descriptor_unpack(&camera3, written_by(&camera3), &got, fixture.pool));
    assert_true(got.gain == 0.25);
    assert_string_equal(got.lens, "long");
}

static void state_of_a_newer_version_is_refused(void **state) {
    camera_t got;
    (void)state;
    assert_fails(
        brood_descriptor_unpack(&camera1, written_by(&camera3), &got, fixture.pool),
        BROOD_EVERSION, "\"camera\" was written by version 3, read are 1 to 1");
    assert_true(got.width == 0);
}

static void and_of_one_too_old(void **state) {
    camera_t got;
    (void)state;
    assert_fails(
        brood_descriptor_unpack(&camera3, written_by(&camera1), &got, fixture.pool),
        BROOD_EVERSION, "\"camera\" was written by version 1, read are 2 to 3");
    assert_true(got.width == 0 && got.lens == NULL);
}

static void a_field_before_its_time(void **state) {
    brood_descriptor_t liar = camera2;
    brood_field_t fields[2];
    camera_t got;
    (void)state;
    memcpy(fields, fields2, sizeof fields);
    fields[1].since = 1;
    liar.version = 1;
    liar.fields = fields;
    assert_fails(
        brood_descriptor_unpack(&camera2, written_by(&liar), &got, fixture.pool),
        BROOD_ETYPE,
        "field \"height\" of \"camera\": it comes with version 2, this is version "
        "1");
}

/* ---- structs within structs have versions and defaults of their own ---- */

typedef struct pair_t {
    camera_t left;
    camera_t right;
} pair_t;

static void structs_inside_have_their_own_versions(void **state) {
    static const brood_field_t old_fields[] = {
        BROOD_FIELD_STRUCT(pair_t, left, &camera2)};
    static const brood_field_t new_fields[] = {
        BROOD_FIELD_STRUCT(pair_t, left, &camera3),
        BROOD_FIELD_STRUCT(pair_t, right, &camera3, BROOD_SINCE(2))};
    static const brood_descriptor_t old_pair =
        BROOD_DESCRIPTOR("pair", 1, 1, pair_t, old_fields, NULL);
    static const brood_descriptor_t new_pair =
        BROOD_DESCRIPTOR("pair", 2, 1, pair_t, new_fields, NULL);
    pair_t sent;
    pair_t got;
    brood_values_t *values;
    (void)state;
    memset(&sent, 0, sizeof sent);
    sent.left.width = 7;
    assert_ok(brood_descriptor_pack(&old_pair, &sent, &values, fixture.pool));
    assert_ok(brood_descriptor_unpack(&new_pair, values, &got, fixture.pool));
    assert_true(got.left.width == 7 && got.left.height == 0 && got.left.gain == 1.5);
    assert_true(got.right.width == 640 && got.right.height == 480);
}

/* ---- tables that are wrong ---- */

static void a_good_table(void **state) {
    (void)state;
    assert_ok(brood_descriptor_validate(&camera1));
    assert_ok(brood_descriptor_validate(&camera3));
}

static void wrong_descriptors(void **state) {
    brood_descriptor_t bad = camera3;
    (void)state;
    assert_fails(brood_descriptor_validate(NULL), APR_EINVAL, "descriptor is NULL");
    bad.name = NULL;
    assert_fails(brood_descriptor_validate(&bad), APR_EINVAL, "a descriptor has no name");
    bad.name = "\xff";
    assert_fails(brood_descriptor_validate(&bad), APR_EINVAL, "a descriptor has no name");
    bad = camera3;
    bad.minimum = 0;
    assert_fails(brood_descriptor_validate(&bad), APR_EINVAL,
                 "\"camera\" is of version 3 and reads from 0");
    bad.minimum = 4;
    assert_fails(brood_descriptor_validate(&bad), APR_EINVAL,
                 "\"camera\" is of version 3 and reads from 4");
    bad = camera3;
    bad.fields = NULL;
    assert_fails(brood_descriptor_validate(&bad), APR_EINVAL,
                 "\"camera\" has no size or no fields");
    bad = camera3;
    bad.version = 2;
    assert_fails(
        brood_descriptor_validate(&bad), APR_EINVAL,
        "field 3 of \"camera\": it comes with a version that is not written yet");
}

typedef struct wide_t {
    int32_t a;
    int32_t b;
    double c;
    const char *d;
    camera_t e;
} wide_t;

static apr_status_t validate_with(brood_field_t field) {
    const brood_field_t fields[] = {BROOD_FIELD_INT(wide_t, a), field};
    const brood_descriptor_t table = BROOD_DESCRIPTOR("wide", 1, 1, wide_t, fields, NULL);
    return brood_descriptor_validate(&table);
}

static void wrong_fields(void **state) {
    const brood_field_t good = BROOD_FIELD_INT(wide_t, b);
    const brood_field_t real = BROOD_FIELD_DOUBLE(wide_t, c);
    const brood_field_t text = BROOD_FIELD_STRING(wide_t, d);
    const brood_field_t nested = BROOD_FIELD_STRUCT(wide_t, e, &camera1);
    brood_field_t bad;
    (void)state;
    assert_ok(validate_with(good));
    assert_ok(validate_with(nested));
#define WRONG(from, change, words)                                                   \
    do {                                                                             \
        bad = from;                                                                  \
        change;                                                                      \
        assert_fails(validate_with(bad), APR_EINVAL, "field 2 of \"wide\": " words); \
    } while (0)
    WRONG(good, bad.name = NULL, "it has no name");
    WRONG(good, bad.name = "", "it has no name");
    WRONG(good, bad.name = "a", "another one has its name");
    WRONG(good, bad.offset = offsetof(wide_t, a), "it overlaps another one");
    WRONG(good, bad.offset = offsetof(wide_t, a) + 3, "it overlaps another one");
    WRONG(good, bad.offset = sizeof(wide_t), "it lies outside the struct");
    WRONG(good, bad.offset = sizeof(wide_t) - 3, "it lies outside the struct");
    WRONG(good, bad.offset = SIZE_MAX - 1, "it lies outside the struct");
    WRONG(good, bad.kind = (brood_member_kind_t)0, "it has no kind");
    WRONG(good, bad.kind = (brood_member_kind_t)99, "it has no kind");
    WRONG(good, bad.size = 3, "no member of its kind has its size");
    WRONG(real, bad.size = 2, "no member of its kind has its size");
    WRONG(text, bad.size = 1, "no member of its kind has its size");
    WRONG(nested, bad.size = 4, "no member of its kind has its size");
    WRONG(nested, bad.descriptor = NULL, "no member of its kind has its size");
    WRONG(text, bad.elements = 2, "only numbers make arrays");
    WRONG(good, bad.elements = SIZE_MAX / 2, "it is larger than memory");
    WRONG(good, bad.elements = 1000, "it lies outside the struct");
    WRONG(good, bad.required = true, "only pointers can be required");
    WRONG(good, bad.since = 2, "it comes with a version that is not written yet");
    WRONG(good, bad.limits = BROOD_LIMITED_REAL,
          "its limits are not for it, or the wrong way round");
    WRONG(real, bad.limits = BROOD_LIMITED_INT,
          "its limits are not for it, or the wrong way round");
    WRONG(good, (bad.limits = BROOD_LIMITED_INT, bad.least = 2, bad.most = 1),
          "its limits are not for it, or the wrong way round");
    WRONG(good, bad.limits = (brood_limits_kind_t)9,
          "its limits are not for it, or the wrong way round");
    WRONG(text, bad.limits = BROOD_LIMITED_INT,
          "its limits are not for it, or the wrong way round");
}

static void a_table_that_holds_itself(void **state) {
    brood_field_t field = {
        .name = "self", .kind = BROOD_MEMBER_STRUCT, .offset = 0, .size = 8};
    brood_descriptor_t endless = {"endless", 1, 1, 8, &field, 1, NULL};
    (void)state;
    field.descriptor = &endless;
    assert_fails(brood_descriptor_validate(&endless), APR_EINVAL,
                 "\"endless\" lies more than 14 structs deep");
}

static void the_deepest_structs_still_travel(void **state) {
    brood_field_t fields[14];
    brood_descriptor_t tables[14];
    const int32_t sent[2] = {1, 2};
    int32_t got[2];
    brood_values_t *values;
    (void)state;
    memset(fields, 0, sizeof fields);
    for (int i = 0; i < 14; i++) {
        fields[i].name = "next";
        fields[i].kind = BROOD_MEMBER_STRUCT;
        fields[i].size = sizeof sent;
        fields[i].descriptor = i < 13 ? &tables[i + 1] : NULL;
        tables[i] = (brood_descriptor_t){"level", 1, 1, sizeof sent, &fields[i], 1, NULL};
    }
    fields[13].kind = BROOD_MEMBER_INT;
    fields[13].size = sizeof sent[0];
    fields[13].elements = 2;
    assert_ok(brood_descriptor_pack(&tables[0], sent, &values, fixture.pool));
    /* and one level more, as a value among others */
    brood_values_t *outer = travelled(packed(BROOD_ARGS(values)));
    const brood_values_t *inner;
    assert_ok(BROOD_UNPACK(outer, &inner));
    assert_ok(brood_descriptor_unpack(&tables[0], inner, got, fixture.pool));
    assert_memory_equal(got, sent, sizeof sent);
}

static int run(void) {
    const struct CMUnitTest tests[] = {
        TEST(new_fields_of_old_state_are_zero),
        TEST(or_have_their_default),
        TEST(state_of_a_newer_version_is_refused),
        TEST(and_of_one_too_old),
        TEST(a_field_before_its_time),
        TEST(structs_inside_have_their_own_versions),
        TEST(a_good_table),
        TEST(wrong_descriptors),
        TEST(wrong_fields),
        TEST(a_table_that_holds_itself),
        TEST(the_deepest_structs_still_travel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void) {
    return run_with_apr(run);
}
