/*
 * What a misspelt word was probably meant to be.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/spelling.h"

/* Longer words are not compared: no name of ours comes near. */
enum { WORD_MAX = 40 };


/* A letter without what does not count as a mistake. */
static char
plain(char letter)
{
    if (letter >= 'A' && letter <= 'Z')
        return (char)(letter - 'A' + 'a');
    return letter == '-' ? '_' : letter;
}


static size_t
smaller(size_t left, size_t right)
{
    return left < right ? left : right;
}


/*
 * Count the slips between two words: insertions, deletions, replacements and
 * swaps of neighbours (the optimal string alignment distance).
 */
static size_t
count_slips(const char *left, const char *right)
{
    size_t rows[WORD_MAX + 1][WORD_MAX + 1];
    size_t height = strlen(left), width = strlen(right);

    if (height > WORD_MAX || width > WORD_MAX)
        return WORD_MAX;
    for (size_t i = 0; i <= height; i++)
        rows[i][0] = i;
    for (size_t j = 0; j <= width; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= height; i++)
        for (size_t j = 1; j <= width; j++) {
            char a = plain(left[i - 1]), b = plain(right[j - 1]);
            size_t least = rows[i - 1][j - 1] + (a != b);

            least = smaller(least, rows[i - 1][j] + 1);
            least = smaller(least, rows[i][j - 1] + 1);
            if (i > 1 && j > 1 && a == plain(right[j - 2])
                && plain(left[i - 2]) == b)
                least = smaller(least, rows[i - 2][j - 2] + 1);
            rows[i][j] = least;
        }
    return rows[height][width];
}


const char *
spelling_nearest(const char *word, const struct strings *candidates)
{
    size_t length = strlen(word), best = length > 4 ? 3 : 2;
    const char *nearest = NULL;

    for (size_t i = 0; i < candidates->count; i++) {
        size_t slips = count_slips(word, candidates->items[i]);

        if (slips < best && slips < length) {
            best = slips;
            nearest = candidates->items[i];
        }
    }
    return nearest;
}


char *
spelling_list(const struct strings *words)
{
    char *list = xstrdup("");

    for (size_t i = 0; i < words->count; i++) {
        char *longer = xasprintf("%s%s%s", list, i > 0 ? ", " : "",
                                 words->items[i]);

        free(list);
        list = longer;
    }
    return list;
}
