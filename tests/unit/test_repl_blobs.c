/*
 * Replication attributes in bytes: every field of the documents' tables, and
 * values that end anywhere or lie about themselves.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checks/probes/repl_blobs.h"
#include "tests/unit/repl_values.h"

/* One of the two decoders of neighbors. */
typedef bool read_neighbor(const uint8_t *bytes, size_t length,
                           struct repl_neighbor *neighbor_out,
                           struct error *error);

/* A FILETIME beyond all calendars. */
#define NO_TIME UINT64_C(0x7fffffffffffffff)


/* Check all that a good value tells of the partner. */
static void
expect_neighbor(read_neighbor *read, const struct packet *value)
{
    struct repl_neighbor neighbor;
    struct error error;

    assert_true(read(value->bytes, value->length, &neighbor, &error));
    assert_string_equal(neighbor.source, REPL_SOURCE);
    assert_string_equal(neighbor.invocation, REPL_INVOCATION);
    assert_int_equal(neighbor.usn, REPL_USN);
    assert_int_equal(neighbor.success_us, REPL_SUCCESS_US);
    assert_int_equal(neighbor.attempt_us, REPL_ATTEMPT_US);
    assert_int_equal(neighbor.result, REPL_RESULT);
    assert_int_equal(neighbor.failures, REPL_FAILURES);
}


/* Check that a value is refused, with a reason and without a result. */
static void
refuse_neighbor(read_neighbor *read, const struct packet *value)
{
    struct repl_neighbor neighbor = {.usn = 4711};
    struct error error = {.text = ""};

    assert_false(read(value->bytes, value->length, &neighbor, &error));
    assert_true(*error.text);
    assert_int_equal(neighbor.usn, 4711);
}


/* Check that a value cut short anywhere before a length is refused; only
   that many of its bytes are there to be read. */
static void
refuse_beginnings(read_neighbor *read, const struct packet *value,
                  size_t length)
{
    for (size_t i = 0; i < length; i++) {
        struct packet part = packet_copy(value->bytes, i);

        refuse_neighbor(read, &part);
        packet_free(&part);
    }
}


static void
expect_cursor(const struct repl_cursor *cursor, int64_t usn, int64_t time_us)
{
    assert_string_equal(cursor->invocation, REPL_INVOCATION);
    assert_int_equal(cursor->usn, usn);
    assert_int_equal(cursor->time_us, time_us);
}


/* Check that a vector is refused, and leaves alone what there was before. */
static void
refuse_vector(const struct packet *value)
{
    const struct repl_cursor before = {.usn = 4711};
    struct repl_cursors cursors = {.items = NULL};
    struct error error = {.text = ""};

    repl_cursors_add(&cursors, &before);
    assert_false(repl_blobs_read_vector(value->bytes, value->length,
                                        &cursors, &error));
    assert_true(*error.text);
    assert_int_equal(cursors.count, 1);
    assert_int_equal(cursors.items[0].usn, 4711);
    free(cursors.items);
}


static void
vector_has_its_cursors(void **state)
{
    struct packet value = repl_vector(2, 3, true);
    struct repl_cursors cursors = {.items = NULL};
    struct error error;

    (void)state;
    assert_true(repl_blobs_read_vector(value.bytes, value.length, &cursors,
                                       &error));
    assert_int_equal(cursors.count, 3);
    expect_cursor(&cursors.items[0], REPL_USN, REPL_SUCCESS_US);
    assert_string_equal(cursors.items[2].invocation,
                        "14131211-1615-1817-191a-1b1c1d1e1f22");
    assert_int_equal(cursors.items[2].usn, REPL_USN + 2);
    free(cursors.items);
    packet_free(&value);
}


static void
vector_of_version_1_has_no_times(void **state)
{
    struct packet value = repl_vector(1, 2, true);
    struct repl_cursors cursors = {.items = NULL};
    struct error error;

    (void)state;
    assert_true(repl_blobs_read_vector(value.bytes, value.length, &cursors,
                                       &error));
    assert_int_equal(cursors.count, 2);
    expect_cursor(&cursors.items[0], REPL_USN, 0);
    assert_int_equal(cursors.items[1].usn, REPL_USN + 1);
    free(cursors.items);
    packet_free(&value);
}


static void
vector_in_seconds_is_as_good(void **state)
{
    struct packet value = repl_vector(2, 1, false);
    struct repl_cursors cursors = {.items = NULL};
    struct error error;

    (void)state;
    assert_true(repl_blobs_read_vector(value.bytes, value.length, &cursors,
                                       &error));
    expect_cursor(&cursors.items[0], REPL_USN, REPL_SUCCESS_US);
    free(cursors.items);
    packet_free(&value);
}


static void
vector_may_be_empty(void **state)
{
    struct packet value = repl_vector(2, 0, true);
    struct repl_cursors cursors = {.items = NULL};
    struct error error;

    (void)state;
    assert_true(repl_blobs_read_vector(value.bytes, value.length, &cursors,
                                       &error));
    assert_int_equal(cursors.count, 0);
    packet_free(&value);
}


static void
strange_time_of_a_cursor_is_none(void **state)
{
    struct packet value = repl_vector(2, 1, true);
    struct repl_cursors cursors = {.items = NULL};
    struct error error;

    (void)state;
    repl_put64(&value, 40, NO_TIME);
    assert_true(repl_blobs_read_vector(value.bytes, value.length, &cursors,
                                       &error));
    expect_cursor(&cursors.items[0], REPL_USN, 0);
    free(cursors.items);
    packet_free(&value);
}


static void
vector_cut_short_is_refused(void **state)
{
    (void)state;
    for (int version = 1; version <= 2; version++) {
        struct packet value = repl_vector(version, 3, true);

        for (size_t i = 0; i < value.length; i++) {
            struct packet part = packet_copy(value.bytes, i);

            refuse_vector(&part);
            packet_free(&part);
        }
        packet_free(&value);
    }
}


static void
vector_with_a_wrong_count_is_refused(void **state)
{
    static const uint32_t counts[] = {
        4, 5, 0x7fffffff, 0x80000000, 0x8000001, 0xffffffff,
    };
    struct packet value = repl_vector(2, 3, true);

    (void)state;
    for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
        repl_put32(&value, 8, counts[i]);
        refuse_vector(&value);
    }
    packet_free(&value);
}


static void
vector_of_unknown_version_is_refused(void **state)
{
    struct packet value = repl_vector(2, 1, true);

    (void)state;
    repl_put32(&value, 0, 0);
    refuse_vector(&value);
    repl_put32(&value, 0, 3);
    refuse_vector(&value);
    packet_free(&value);
}


static void
negative_usn_is_refused(void **state)
{
    struct packet value = repl_vector(2, 3, true);

    (void)state;
    repl_put64(&value, 16 + 2 * 32 + 16, UINT64_C(0x8000000000000000));
    refuse_vector(&value);
    repl_put64(&value, 16 + 2 * 32 + 16, UINT64_MAX);
    refuse_vector(&value);
    packet_free(&value);
}


static void
cursor_blob_has_its_fields(void **state)
{
    struct packet value = repl_cursor_blob();
    struct repl_cursors cursors = {.items = NULL};
    struct error error;

    (void)state;
    assert_true(repl_blobs_read_cursor(value.bytes, value.length, &cursors,
                                       &error));
    assert_int_equal(cursors.count, 1);
    expect_cursor(&cursors.items[0], REPL_USN, REPL_SUCCESS_US);
    free(cursors.items);
    packet_free(&value);
}


static void
cursor_blob_cut_short_is_refused(void **state)
{
    struct packet value = repl_cursor_blob();

    (void)state;
    for (size_t i = 0; i < value.length; i++) {
        struct packet part = packet_copy(value.bytes, i);
        struct repl_cursors cursors = {.items = NULL};
        struct error error;
        bool good = repl_blobs_read_cursor(part.bytes, i, &cursors, &error);

        /* The strings at its end are not needed. */
        assert_int_equal(good, i >= 36);
        assert_int_equal(cursors.count, good);
        free(cursors.items);
        packet_free(&part);
    }
    packet_free(&value);
}


static void
offset_of_a_string_is_not_followed(void **state)
{
    struct packet cursor = repl_cursor_blob();
    struct packet neighbor = repl_neighbor_blob();
    struct packet partner = repl_partner(1, true);
    struct repl_cursors cursors = {.items = NULL};
    struct error error;

    (void)state;
    repl_put32(&cursor, 32, 0xfffffff0);
    assert_true(repl_blobs_read_cursor(cursor.bytes, cursor.length, &cursors,
                                       &error));
    for (size_t i = 0; i < 16; i += 4)
        repl_put32(&neighbor, i, 0xfffffff0);
    expect_neighbor(repl_blobs_read_neighbor, &neighbor);
    repl_put32(&partner, 36, 0xfffffff0);
    repl_put32(&partner, 40, 0xffffffff);
    expect_neighbor(repl_blobs_read_partner, &partner);
    free(cursors.items);
    packet_free(&cursor);
    packet_free(&neighbor);
    packet_free(&partner);
}


static void
partner_has_its_fields_in_every_form(void **state)
{
    (void)state;
    for (int version = 1; version <= 2; version++)
        for (int tail = 0; tail <= 1; tail++) {
            struct packet value = repl_partner(version, tail);

            expect_neighbor(repl_blobs_read_partner, &value);
            packet_free(&value);
        }
}


static void
partner_cut_short_is_refused(void **state)
{
    struct packet value = repl_partner(1, false);

    (void)state;
    /* It says how long it is. */
    refuse_beginnings(repl_blobs_read_partner, &value, value.length);
    packet_free(&value);
}


static void
partner_with_a_wrong_length_is_refused(void **state)
{
    struct packet value = repl_partner(1, false);

    (void)state;
    repl_put32(&value, 8, (uint32_t)value.length + 1);
    refuse_neighbor(repl_blobs_read_partner, &value);
    repl_put32(&value, 8, 0xffffffff);
    refuse_neighbor(repl_blobs_read_partner, &value);
    repl_put32(&value, 8, 207);
    refuse_neighbor(repl_blobs_read_partner, &value);
    repl_put32(&value, 8, 208);
    expect_neighbor(repl_blobs_read_partner, &value);
    packet_free(&value);
}


static void
partner_of_unknown_version_is_refused(void **state)
{
    struct packet value = repl_partner(1, false);

    (void)state;
    repl_put32(&value, 0, 0);
    refuse_neighbor(repl_blobs_read_partner, &value);
    repl_put32(&value, 0, 3);
    refuse_neighbor(repl_blobs_read_partner, &value);
    packet_free(&value);
}


static void
neighbor_blob_has_its_fields(void **state)
{
    struct packet value = repl_neighbor_blob();

    (void)state;
    expect_neighbor(repl_blobs_read_neighbor, &value);
    packet_free(&value);
}


static void
neighbor_blob_cut_short_is_refused(void **state)
{
    struct packet value = repl_neighbor_blob();
    struct packet fixed = packet_copy(value.bytes, 128);

    (void)state;
    refuse_beginnings(repl_blobs_read_neighbor, &value, 128);
    expect_neighbor(repl_blobs_read_neighbor, &fixed);
    packet_free(&fixed);
    packet_free(&value);
}


static void
neighbor_without_sensible_numbers_is_refused(void **state)
{
    static const struct {
        size_t usn, success, attempt;
        read_neighbor *read;
    } forms[] = {
        {136, 16, 24, repl_blobs_read_partner},
        {88, 104, 112, repl_blobs_read_neighbor},
    };

    (void)state;
    for (size_t i = 0; i < 2; i++)
        for (int field = 0; field < 3; field++) {
            struct packet value = i == 0 ? repl_partner(2, true)
                                         : repl_neighbor_blob();

            if (field == 0)
                repl_put64(&value, forms[i].usn, UINT64_MAX);
            if (field == 1)
                repl_put64(&value, forms[i].success, NO_TIME);
            if (field == 2)
                repl_put64(&value, forms[i].attempt, NO_TIME);
            refuse_neighbor(forms[i].read, &value);
            packet_free(&value);
        }
}


static void
partner_that_never_succeeded_says_0(void **state)
{
    struct packet value = repl_partner(1, false);
    struct repl_neighbor neighbor;
    struct error error;

    (void)state;
    repl_put64(&value, 16, 0);
    assert_true(repl_blobs_read_partner(value.bytes, value.length, &neighbor,
                                        &error));
    assert_int_equal(neighbor.success_us, 0);
    packet_free(&value);
}


/* Read the origins of what changed beyond a USN, of which there must be so
   many, and the caller frees "items"; -1: it must be refused. */
static struct repl_cursors
read_origins(const struct packet *value, int64_t beyond, int count)
{
    struct repl_cursors origins = {NULL, 0};
    struct error error = {.text = ""};
    bool good = repl_blobs_read_origins(value->bytes, value->length, beyond,
                                        &origins, &error);

    assert_int_equal(good, count >= 0);
    assert_int_equal(*error.text != '\0', count < 0);
    assert_int_equal(origins.count, count < 0 ? 0 : count);
    if (!good)
        free(origins.items);
    return origins;
}


static void
origins_are_of_what_lies_beyond(void **state)
{
    struct packet value = repl_metadata(3);
    struct repl_cursors origins;

    (void)state;
    free(read_origins(&value, REPL_USN - 1, 3).items);
    free(read_origins(&value, REPL_USN + 2, 0).items);
    origins = read_origins(&value, REPL_USN, 2);
    assert_string_equal(origins.items[0].invocation,
                        "14131211-1615-1817-191a-1b1c1d1e1f21");
    assert_int_equal(origins.items[0].usn, REPL_USN + 1);
    assert_int_equal(origins.items[1].usn, REPL_USN + 2);
    free(origins.items);
    packet_free(&value);
}


static void
writer_counts_once_with_its_highest_number(void **state)
{
    static const int64_t usns[] = {5, 9, 7};
    struct packet value = repl_metadata(3);
    struct repl_cursors origins;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        value.bytes[16 + 48 * i + 31] = 0x20;
        repl_put64(&value, 16 + 48 * i + 32, (uint64_t)usns[i]);
    }
    origins = read_origins(&value, 0, 1);
    assert_string_equal(origins.items[0].invocation, REPL_INVOCATION);
    assert_int_equal(origins.items[0].usn, 9);
    free(origins.items);
    packet_free(&value);
}


static void
origins_that_cannot_be_are_refused(void **state)
{
    struct packet value = repl_metadata(16);

    (void)state;
    free(read_origins(&value, 0, 16).items);
    for (size_t length = 0; length < value.length; length++) {
        struct packet part = packet_copy(value.bytes, length);

        read_origins(&part, 0, -1);
        packet_free(&part);
    }
    repl_put64(&value, 16 + 48 + 32, UINT64_MAX);
    read_origins(&value, 0, -1);
    repl_put64(&value, 16 + 48 + 40, UINT64_MAX);
    read_origins(&value, 0, -1);
    repl_put32(&value, 8, UINT32_MAX);
    read_origins(&value, 0, -1);
    packet_free(&value);
    value = repl_metadata(17);
    read_origins(&value, 0, -1);
    repl_put32(&value, 0, 2);
    read_origins(&value, INT64_MAX, -1);
    packet_free(&value);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vector_has_its_cursors),
        cmocka_unit_test(vector_of_version_1_has_no_times),
        cmocka_unit_test(vector_in_seconds_is_as_good),
        cmocka_unit_test(vector_may_be_empty),
        cmocka_unit_test(strange_time_of_a_cursor_is_none),
        cmocka_unit_test(vector_cut_short_is_refused),
        cmocka_unit_test(vector_with_a_wrong_count_is_refused),
        cmocka_unit_test(vector_of_unknown_version_is_refused),
        cmocka_unit_test(negative_usn_is_refused),
        cmocka_unit_test(cursor_blob_has_its_fields),
        cmocka_unit_test(cursor_blob_cut_short_is_refused),
        cmocka_unit_test(offset_of_a_string_is_not_followed),
        cmocka_unit_test(partner_has_its_fields_in_every_form),
        cmocka_unit_test(partner_cut_short_is_refused),
        cmocka_unit_test(partner_with_a_wrong_length_is_refused),
        cmocka_unit_test(partner_of_unknown_version_is_refused),
        cmocka_unit_test(neighbor_blob_has_its_fields),
        cmocka_unit_test(neighbor_blob_cut_short_is_refused),
        cmocka_unit_test(neighbor_without_sensible_numbers_is_refused),
        cmocka_unit_test(partner_that_never_succeeded_says_0),
        cmocka_unit_test(origins_are_of_what_lies_beyond),
        cmocka_unit_test(writer_counts_once_with_its_highest_number),
        cmocka_unit_test(origins_that_cannot_be_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
