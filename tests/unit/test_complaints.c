/*
 * What does not work is said when it begins and when it is over.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <syslog.h>

#include <cmocka.h>

#include "daemon/complaints.h"


/* What waits to be logged; the log's sockets are nobody's. */
static void
assert_logged(const struct log *log, const char *expected)
{
    char *list = xstrdup("");

    for (size_t i = 0; i < log_queue_count(log); i++) {
        char *longer = xasprintf("%s%s;", list,
                                 log_queue_item(log, i)->message);

        free(list);
        list = longer;
    }
    assert_string_equal(list, expected);
    free(list);
}


static void
each_is_said_once_until_it_changes_or_ends(void **state)
{
    struct complaints complaints = {{NULL, 0}, {NULL, 0}};
    struct log *log = log_new(LOG_DAEMON);

    (void)state;
    log_use_sockets(log, "/nonexistent/journal", "/nonexistent/log");
    complaints_end(&complaints, log, "saving");
    for (int i = 0; i < 3; i++)
        complaints_add(&complaints, log, "saving", NULL, "no space: %d", 1);
    complaints_add(&complaints, log, "writing", NULL, "no file");
    assert_logged(log, "no space: 1;no file;");
    complaints_add(&complaints, log, "saving", NULL, "read-only");
    complaints_end(&complaints, log, "saving");
    complaints_end(&complaints, log, "saving");
    complaints_add(&complaints, log, "saving", NULL, "read-only");
    assert_logged(log, "no space: 1;no file;read-only;saving works again;"
                  "read-only;");
    complaints_clear(&complaints);
    log_free(log);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_said_once_until_it_changes_or_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
