/*
 * Name servers as resolv.conf has them.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/resolvers.h"


/* Read a file of this content. */
static void
read_text(const char *text, struct strings *addresses)
{
    char path[] = "resolv-XXXXXX";
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    resolvers_read(path, addresses);
    unlink(path);
}


static void
name_servers_are_read_in_order(void **state)
{
    struct strings addresses = {NULL, 0};

    (void)state;
    read_text("# nameserver 1.1.1.1\nsearch example.com\n"
              "nameserver 10.0.0.2\n\tnameserver\t10.0.0.1\n"
              "nameserver fe80::1%eth0\nnameserver 10.0.0.2\n",
              &addresses);
    assert_int_equal(addresses.count, 3);
    assert_string_equal(addresses.items[0], "10.0.0.2");
    assert_string_equal(addresses.items[1], "10.0.0.1");
    assert_string_equal(addresses.items[2], "fe80::1%eth0");
    strings_clear(&addresses);
}


static void
what_is_no_address_is_passed_over(void **state)
{
    struct strings addresses = {NULL, 0};

    (void)state;
    read_text("nameserver\nnameserver dns.example.com\nnameserver 1.2.3\n",
              &addresses);
    assert_int_equal(addresses.count, 1);
    assert_string_equal(addresses.items[0], "127.0.0.1");
    strings_clear(&addresses);
}


static void
no_file_means_this_host(void **state)
{
    struct strings addresses = {NULL, 0};

    (void)state;
    resolvers_read("/nonexistent/resolv.conf", &addresses);
    assert_int_equal(addresses.count, 1);
    assert_string_equal(addresses.items[0], "127.0.0.1");
    strings_clear(&addresses);
}


static void
eight_are_enough(void **state)
{
    struct strings addresses = {NULL, 0};
    char text[512] = "";

    (void)state;
    for (int i = 1; i <= 12; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text),
                 "nameserver 10.0.0.%d\n", i);
    read_text(text, &addresses);
    assert_int_equal(addresses.count, 8);
    strings_clear(&addresses);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(name_servers_are_read_in_order),
        cmocka_unit_test(what_is_no_address_is_passed_over),
        cmocka_unit_test(no_file_means_this_host),
        cmocka_unit_test(eight_are_enough),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
