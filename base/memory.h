/*
 * Allocation that cannot fail: out of memory ends the process with a message.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdarg.h>
#include <stddef.h>

/* As calloc(3), realloc(3), strdup(3), strndup(3) and asprintf(3), but never
   NULL; the result is the caller's to free(). */
void *xcalloc(size_t count, size_t size) __attribute__((malloc, alloc_size(1, 2)));
void *xrealloc(void *memory, size_t count, size_t size)
    __attribute__((alloc_size(2, 3)));
char *xstrdup(const char *text) __attribute__((malloc));
char *xstrndup(const char *text, size_t length) __attribute__((malloc));
char *xasprintf(const char *format, ...)
    __attribute__((malloc, format(printf, 1, 2)));
char *xvasprintf(const char *format, va_list arguments)
    __attribute__((malloc, format(printf, 1, 0)));

/*
 * A growing NULL-terminated list of strings that it owns.  All zero is an
 * empty list; "list.items" may be NULL while it is empty.
 */
struct strings {
    char **items;
    size_t count;
};

/* Append a copy of text. */
void strings_add(struct strings *list, const char *text);

/* Append a copy of text unless an equal string (strcmp) is there already. */
void strings_add_unique(struct strings *list, const char *text);

/* Whether the list holds an equal string (strcmp). */
int strings_contain(const struct strings *list, const char *text);

/* Sort by strcmp. */
void strings_sort(struct strings *list);

/* Free the strings and empty the list. */
void strings_clear(struct strings *list);

#endif
