/*
 * A YAML file in memory, read with suspicion.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "daemon/document.h"

enum { DEPTH_MAX = 16, ANCHORS_MAX = 100 };

/* A file's content. */
struct content {
    unsigned char *bytes;
    size_t size;
};


/* Read from a descriptor until its end, but no more than is allowed. */
static bool
read_all(int fd, struct content *content, struct error *error)
{
    content->bytes = xcalloc(DOCUMENT_MAX + 1, 1);
    content->size = 0;
    while (content->size <= DOCUMENT_MAX) {
        ssize_t got = read(fd, content->bytes + content->size,
                           DOCUMENT_MAX + 1 - content->size);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set_errno(error, "cannot be read");
        if (got == 0)
            return true;
        content->size += (size_t)got;
    }
    return error_set(error, "is larger than 1 MiB, which no configuration "
                            "needs to be");
}


/* Say what else than a regular file something is. */
static const char *
other_kind(mode_t mode)
{
    return S_ISDIR(mode)    ? "a directory"
           : S_ISFIFO(mode) ? "a pipe"
           : S_ISSOCK(mode) ? "a socket"
                            : "a device";
}


/* Read a regular file; content_out is the caller's to free in any case. */
static bool
read_file(const char *path, struct content *content_out, struct error *error)
{
    /* Not waiting for the other end of what may turn out to be a pipe. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat status;
    bool good = false;

    content_out->bytes = NULL;
    if (fd < 0)
        return error_set_errno(error, "cannot be opened");
    if (fstat(fd, &status) < 0)
        error_set_errno(error, "cannot be examined");
    else if (!S_ISREG(status.st_mode))
        error_set(error, "is %s, and a regular file is expected",
                  other_kind(status.st_mode));
    else
        good = read_all(fd, content_out, error);
    close(fd);
    return good;
}


/* Find line and column, from 0 and in characters, of a byte in a file. */
static yaml_mark_t
locate(const struct content *content, size_t offset)
{
    yaml_mark_t mark = {.index = offset};

    for (size_t i = 0; i < offset && i < content->size; i++) {
        if (content->bytes[i] == '\n') {
            mark.line++;
            mark.column = 0;
        } else if ((content->bytes[i] & 0xc0) != 0x80) {
            mark.column++;
        }
    }
    return mark;
}


/* Add an error at a place in the file. */
static void
add_error(struct strings *errors, const char *path, const yaml_mark_t *mark,
          const char *what)
{
    char *line = xasprintf("%s:%zu:%zu: %s", path, mark->line + 1,
                           mark->column + 1, what);

    strings_add(errors, line);
    free(line);
}


/* Add the error that the parser stopped at. */
static void
add_parser_error(struct strings *errors, const char *path,
                 const yaml_parser_t *parser, const struct content *content)
{
    const char *problem = parser->problem ? parser->problem : "no reason given";
    yaml_mark_t mark = parser->problem_mark;
    char *what;

    if (parser->error == YAML_READER_ERROR) {
        mark = locate(content, parser->problem_offset);
        what = xasprintf("%s (byte 0x%02x); UTF-8 without control characters "
                         "is expected",
                         problem, content->bytes[parser->problem_offset]);
    } else if (parser->context) {
        what = xasprintf("not YAML: %s %s that begins in line %zu", problem,
                         parser->context, parser->context_mark.line + 1);
    } else {
        what = xasprintf("not YAML: %s", problem);
    }
    add_error(errors, path, &mark, what);
    free(what);
}


/* Report the first line that begins with "%": thousands of directives would
   keep libyaml busy for long, and none is useful. */
static bool
expect_no_directive(const char *path, const struct content *content,
                    struct strings *errors)
{
    for (size_t i = 0; i < content->size; i++) {
        if (content->bytes[i] == '%'
            && (i == 0 || content->bytes[i - 1] == '\n'
                || content->bytes[i - 1] == '\r')) {
            yaml_mark_t mark = locate(content, i);

            add_error(errors, path, &mark, "no YAML directive is expected");
            return false;
        }
    }
    return true;
}


/* Begin to parse a file's content. */
static void
open_parser(yaml_parser_t *parser, const struct content *content)
{
    if (!yaml_parser_initialize(parser))
        abort();  /* out of memory */
    /* Left to itself, libyaml would also take UTF-16. */
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(parser, content->bytes, content->size);
}


/* What a document may grow to. */
struct growth {
    int depth;
    int anchors;
    int documents;
};


/* Count an event; returns what is too much of it, or NULL. */
static const char *
count_event(const yaml_event_t *event, struct growth *growth)
{
    bool anchor = false;

    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (++growth->documents > 1)
            return "a second document begins here, and one is expected";
        break;
    case YAML_SEQUENCE_START_EVENT:
        growth->depth++;
        anchor = event->data.sequence_start.anchor;
        break;
    case YAML_MAPPING_START_EVENT:
        growth->depth++;
        anchor = event->data.mapping_start.anchor;
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        growth->depth--;
        break;
    case YAML_SCALAR_EVENT:
        anchor = event->data.scalar.anchor;
        break;
    default:
        break;
    }
    if (growth->depth > DEPTH_MAX)
        return "nested deeper than any key";
    if (anchor && ++growth->anchors > ANCHORS_MAX)
        return "too many anchors";
    return NULL;
}


/*
 * Check that a document can be loaded without undue effort.
 *
 * libyaml (0.2.5) takes time that grows with the square of the depth and of
 * the number of anchors, so both are bounded, event by event, before it loads
 * anything.
 */
static bool
expect_modest(const char *path, const struct content *content,
              struct strings *errors)
{
    struct growth growth = {.depth = 0};
    bool good = true, ended = false;
    yaml_parser_t parser;

    open_parser(&parser, content);
    while (good && !ended) {
        yaml_event_t event;
        const char *excess;

        if (!yaml_parser_parse(&parser, &event)) {
            add_parser_error(errors, path, &parser, content);
            good = false;
            break;
        }
        ended = event.type == YAML_STREAM_END_EVENT;
        excess = count_event(&event, &growth);
        if (excess)
            add_error(errors, path, &event.start_mark, excess);
        good = !excess;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return good;
}


/* Load a document that was looked through. */
static bool
load(const char *path, const struct content *content,
     yaml_document_t *document_out, struct strings *errors)
{
    yaml_parser_t parser;
    bool good;

    open_parser(&parser, content);
    good = yaml_parser_load(&parser, document_out);
    if (!good)
        add_parser_error(errors, path, &parser, content);
    yaml_parser_delete(&parser);
    return good;
}


bool
document_read(const char *path, yaml_document_t *document_out,
              struct strings *errors)
{
    struct content content;
    struct error error;
    bool good = read_file(path, &content, &error);

    if (good) {
        good = expect_no_directive(path, &content, errors)
               && expect_modest(path, &content, errors)
               && load(path, &content, document_out, errors);
    } else {
        char *line = xasprintf("%s: %s", path, error.text);

        strings_add(errors, line);
        free(line);
    }
    free(content.bytes);
    return good;
}
