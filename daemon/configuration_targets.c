/*
 * The configuration's domain controllers and mail servers.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/configuration.h"
#include "daemon/configuration_keys.h"

static const char *const starttls_words[]
    = {"required", "optional", "absent", NULL};
static const char *const presence_words[]
    = {"required", "absent", "any", NULL};

/* A port of 0 says that the host does not offer the service: in a plain realm
   KDC and directory may be hosts of their own. */
#define PORT_KEY(service)                                                     \
    {.name = #service, .read = schema_integer,                                \
     .offset = offsetof(struct target_dc, service), .maximum = 65535}

static const struct schema_key port_keys[] = {
    PORT_KEY(kerberos),
    PORT_KEY(kpasswd),
    PORT_KEY(ldap),
    PORT_KEY(gc),
    PORT_KEY(ntp),
    PORT_KEY(smb),
    {.name = NULL},
};

static const struct schema_key dc_keys[] = {
    {.name = "host", .read = schema_text,
     .flags = SCHEMA_HOST | SCHEMA_REQUIRED,
     .offset = offsetof(struct target_dc, host), .test = value_host},
    {.name = "address", .read = schema_append, .flags = SCHEMA_EMPTY,
     .offset = offsetof(struct target_dc, addresses), .test = value_address},
    {.name = "ports", .read = schema_mapping, .keys = port_keys},
    {.name = NULL},
};


/* Read the port of a mail server, which stands in either of two places. */
static void
read_mail_port(struct schema *schema, const yaml_node_t *node,
               const struct schema_key *key, void *object)
{
    struct target_mail *mail = object;
    int64_t earlier = mail->port;

    schema_integer(schema, node, key, mail);
    if (earlier != 0 && mail->port != earlier)
        schema_error(schema, node,
                     "\"port\" and \"smtp.port\" contradict each other; give "
                     "one of them");
}


static const struct schema_key smtp_keys[] = {
    {.name = "port", .read = read_mail_port,
     .offset = offsetof(struct target_mail, port),
     .minimum = 1, .maximum = 65535},
    {.name = "starttls", .read = schema_choice, .offset = SCHEMA_UNKEPT,
     .choices = starttls_words, .unbuilt = CONFIGURATION_NOT_YET},
    {.name = "auth", .read = schema_texts, .offset = SCHEMA_UNKEPT,
     .flags = SCHEMA_UPPER, .test = value_mechanism,
     .unbuilt = CONFIGURATION_NOT_YET},
    {.name = "exps", .read = schema_choice, .offset = SCHEMA_UNKEPT,
     .choices = presence_words, .unbuilt = CONFIGURATION_NOT_YET},
    {.name = "xexch50", .read = schema_choice, .offset = SCHEMA_UNKEPT,
     .choices = presence_words, .unbuilt = CONFIGURATION_NOT_YET},
    {.name = NULL},
};

static const struct schema_key mail_keys[] = {
    {.name = "host", .read = schema_text,
     .flags = SCHEMA_HOST | SCHEMA_REQUIRED,
     .offset = offsetof(struct target_mail, host), .test = value_host},
    {.name = "address", .read = schema_append, .flags = SCHEMA_EMPTY,
     .offset = offsetof(struct target_mail, addresses),
     .test = value_address},
    {.name = "port", .read = read_mail_port,
     .offset = offsetof(struct target_mail, port),
     .minimum = 1, .maximum = 65535},
    {.name = "account", .read = schema_text, .flags = SCHEMA_EMPTY,
     .offset = offsetof(struct target_mail, account), .test = value_account},
    {.name = "names", .read = schema_texts, .flags = SCHEMA_HOST,
     .offset = offsetof(struct target_mail, names), .test = value_host},
    {.name = "services", .read = schema_texts, .flags = SCHEMA_UPPER,
     .offset = offsetof(struct target_mail, services),
     .test = value_service},
    {.name = "keytab", .read = schema_text, .flags = SCHEMA_EMPTY,
     .offset = offsetof(struct target_mail, keytab), .test = value_keytab},
    {.name = "ca_file", .read = schema_text, .flags = SCHEMA_EMPTY,
     .offset = SCHEMA_UNKEPT, .test = value_file,
     .unbuilt = CONFIGURATION_NOT_YET},
    {.name = "smtp", .read = schema_mapping, .keys = smtp_keys},
    {.name = "second_path", .read = schema_text, .flags = SCHEMA_EMPTY,
     .offset = SCHEMA_UNKEPT, .test = value_endpoint,
     .unbuilt = CONFIGURATION_NOT_YET},
    {.name = NULL},
};


/*
 * Read a target, which is a host's name alone or a mapping with more.
 *
 * keys    Of the mapping; the first one is the host's.
 * target  What they are kept in.
 *
 * Returns whether there is a host.
 */
static bool
read_target(struct schema *schema, const yaml_node_t *node,
            const struct schema_key *keys, void *target, char *const *host)
{
    const struct schema_section sections[] = {
        {.keys = keys, .object = target},
        {.keys = NULL},
    };

    if (schema_is_single(node))
        schema_text(schema, node, &keys[0], target);
    else
        schema_sections(schema, node, sections);
    return **host != '\0';
}


/* Read one domain controller into the settings. */
static void
read_dc(struct schema *schema, const yaml_node_t *node,
        const struct schema_key *key, void *object)
{
    struct configuration *configuration = object;
    /* Made by settings that are thrown away, for the usual ports. */
    struct settings *draft = settings_new();
    struct target_dc *read = settings_dc(draft, ""), *dc;

    (void)key;
    if (!read_target(schema, node, dc_keys, read, &read->host))
        goto done;
    if (settings_find_dc(configuration->settings, read->host)) {
        schema_error(schema, node, "%s is repeated; give it once", read->host);
        goto done;
    }
    dc = settings_dc(configuration->settings, read->host);
    if (read->addresses.count > 0)
        strings_add(&dc->addresses, read->addresses.items[0]);
    dc->configured = true;
    dc->kerberos = read->kerberos;
    dc->kpasswd = read->kpasswd;
    dc->ldap = read->ldap;
    dc->gc = read->gc;
    dc->ntp = read->ntp;
    dc->smb = read->smb;

done:
    settings_free(draft);
}


/* Report a list of targets that came out empty without any other error. */
static void
expect_targets(struct schema *schema, const yaml_node_t *node, size_t count)
{
    if (count == 0 && !schema_failed(schema))
        schema_error(schema, node,
                     "auto, or a list of at least one host, is expected");
}


void
configuration_read_dcs(struct schema *schema, const yaml_node_t *node,
                       const struct schema_key *key, void *object)
{
    struct configuration *configuration = object;
    struct settings *settings = configuration->settings;

    if (schema_is_word(node, "auto"))
        return;
    schema_list(schema, node, read_dc, key, configuration);
    expect_targets(schema, node, settings->dc_count);
    settings->numbers->discovered_dcs = false;
}


/* Whether a name is a mail server's host or one of its further names. */
static bool
has_name(const struct target_mail *mail, const char *name)
{
    return strcmp(mail->host, name) == 0
           || strings_contain(&mail->names, name);
}


/* Report each name that a mail server says is its alone, as another does. */
static bool
expect_own_names(struct schema *schema, const yaml_node_t *node,
                 const struct settings *settings,
                 const struct target_mail *mail)
{
    bool good = true;

    for (size_t i = 0; i < settings->mail_count; i++) {
        const struct target_mail *other = settings->mail[i];
        const char *name = has_name(other, mail->host) ? mail->host : NULL;

        for (size_t j = 0; !name && j < mail->names.count; j++)
            if (has_name(other, mail->names.items[j]))
                name = mail->names.items[j];
        if (name) {
            schema_error(schema, node,
                         "%s is a name of the mail server %s already; names "
                         "of several servers belong in shared_names",
                         name, other->host);
            good = false;
        }
    }
    return good;
}


/* Move a list to another, empty one. */
static void
move_strings(struct strings *from, struct strings *to)
{
    *to = *from;
    *from = (struct strings){.items = NULL};
}


/* Read one mail server into the settings. */
static void
read_mail(struct schema *schema, const yaml_node_t *node,
          const struct schema_key *key, void *object)
{
    struct settings *settings = ((struct configuration *)object)->settings;
    struct target_mail *read = record_new(&target_mail_type), *mail;

    (void)key;
    if (!read_target(schema, node, mail_keys, read, &read->host)
        || !expect_own_names(schema, node, settings, read))
        goto done;
    mail = settings_mail(settings, read->host);
    mail->origin = MAIL_CONFIGURED;
    if (read->port != 0)
        mail->port = read->port;
    record_set(&mail->account, read->account);
    record_set(&mail->keytab, read->keytab);
    move_strings(&read->addresses, &mail->addresses);
    move_strings(&read->names, &mail->names);
    move_strings(&read->services, &mail->services);

done:
    record_free(&target_mail_type, read);
}


void
configuration_read_mail(struct schema *schema, const yaml_node_t *node,
                        const struct schema_key *key, void *object)
{
    struct configuration *configuration = object;
    struct settings *settings = configuration->settings;

    if (schema_is_word(node, "auto"))
        return;
    schema_list(schema, node, read_mail, key, configuration);
    expect_targets(schema, node, settings->mail_count);
    settings->numbers->discovered_mail = false;
}
