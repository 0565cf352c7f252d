/*
 * Which service principal names each mail server needs, and on which account.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "checks/demands.h"
#include "checks/principal.h"

enum { SMTP_READY = 220 };  /* RFC 5321 section 4.2 */

/* How surely an account is a mail server's; more is better. */
enum { MATCH_NONE, MATCH_SHORT_NAME, MATCH_HOST, MATCH_ACCOUNT };


/* The first label of a host, for the caller to free(). */
static char *
short_name(const char *host)
{
    return xstrndup(host, strcspn(host, "."));
}


/* What a mail server's account should be called, for the caller to free(). */
static char *
expected_name(const struct target_mail *mail)
{
    return *mail->account ? xstrdup(mail->account) : short_name(mail->host);
}


/* Whether a sAMAccountName is this name, with or without the "$" that ends a
   computer's. */
static bool
is_named(const char *sam_account_name, const char *name)
{
    return *name && text_has_prefix_case(sam_account_name, name)
           && (!sam_account_name[strlen(name)]
               || strcmp(sam_account_name + strlen(name), "$") == 0);
}


/* How well one copy of an account fits a mail server whose account should
   have this name. */
static int
match_copy(const struct account_fact *fact, const struct target_mail *mail,
           const char *name)
{
    if (*mail->account)
        return is_named(fact->sam_account_name, name) ? MATCH_ACCOUNT
                                                      : MATCH_NONE;
    if (!fact->computer)
        return MATCH_NONE;
    if (text_casecmp(fact->dns_host_name, mail->host) == 0)
        return MATCH_HOST;
    if (!*fact->dns_host_name && is_named(fact->sam_account_name, name))
        return MATCH_SHORT_NAME;
    return MATCH_NONE;
}


/*
 * Score an account by its copies in one kind of views; 0 if it does not fit.
 *
 * Of several with one dNSHostName (a replication conflict, a stale object)
 * the one of the host's own name counts, then an enabled one.
 */
static int
score_account(const struct holders *holders, const struct account *account,
              const struct target_mail *mail, const char *name, bool gc)
{
    int match = MATCH_NONE;
    bool named = false;

    for (size_t i = 0; i < account->copy_count; i++) {
        const struct account_fact *fact = account->copies[i].fact;
        int copy = match_copy(fact, mail, name);

        if (holders->views[account->copies[i].view].gc != gc)
            continue;
        if (copy > match)
            match = copy;
        named |= is_named(fact->sam_account_name, name);
    }
    if (match == MATCH_NONE)
        return 0;
    return 4 * match + 2 * named
           + (account_state(holders, account) == ACCOUNT_ENABLED);
}


/* The account that fits a mail server best, in one kind of views, or NULL. */
static const struct account *
best_account(const struct holders *holders, const struct target_mail *mail,
             bool gc)
{
    const struct account *best = NULL;
    char *name = expected_name(mail);
    int best_score = 0;

    for (size_t i = 0; i < holders->account_count; i++) {
        int score
            = score_account(holders, &holders->accounts[i], mail, name, gc);

        if (score > best_score) {
            best = &holders->accounts[i];
            best_score = score;
        }
    }
    free(name);
    return best;
}


const struct account *
mail_account(const struct holders *holders, const struct target_mail *mail)
{
    return best_account(holders, mail, false);
}


bool
mail_goes_by(const struct target_mail *mail, const char *name)
{
    size_t length = strcspn(mail->host, ".");

    return strcmp(mail->host, name) == 0
           || strings_contain(&mail->names, name)
           || (strlen(name) == length
               && strncmp(mail->host, name, length) == 0);
}


bool
mail_is_outside(const struct facts *facts, const struct settings *settings,
                const struct target_mail *mail)
{
    const char *domain = settings->numbers->domain;
    size_t length = strlen(mail->host), tail = strlen(domain);

    if (mail->origin & (MAIL_CONFIGURED | MAIL_EXCHANGE | MAIL_SPN)
        || (length > tail && mail->host[length - tail - 1] == '.'
            && strcmp(mail->host + length - tail, domain) == 0))
        return false;
    FACTS_EACH(facts, FACT_ACCOUNT, account_fact, account)
        if (strcmp(account->dns_host_name, mail->host) == 0)
            return false;
    return true;
}


bool
mail_answers(const struct facts *facts, const char *host)
{
    FACTS_EACH(facts, FACT_SMTP, smtp_fact, smtp)
        if (strcmp(smtp->host, host) == 0 && smtp->code == SMTP_READY)
            return true;
    FACTS_EACH(facts, FACT_PORT, port_fact, port)
        if (strcmp(port->host, host) == 0 && port->probe == PROBE_SMTP
            && port->outcome == PORT_OPEN)
            return true;
    return false;
}


/* Say why a mail server without an account in this domain is not judged. */
static void
note_unjudged(struct demands *demands, const struct holders *holders,
              const struct target_mail *mail)
{
    const struct account *elsewhere = best_account(holders, mail, true);
    char *domain = elsewhere
                       ? dn_domain(elsewhere->copies[0].fact->dn)
                       : xstrdup("");
    char *line;

    if (elsewhere)
        line = xasprintf("%s: its account is in the domain %s; watch that "
                         "domain for it", mail->host, domain);
    else
        line = xasprintf("%s: no computer account here has this dNSHostName; "
                         "if the server uses Kerberos, configure it under "
                         "mail_servers with its account", mail->host);
    strings_add_unique(&demands->unjudged, line);
    free(line);
    free(domain);
}


/* Whether anybody holds an SPN of this class for one of a server's names. */
static bool
any_held(const struct holders *holders, const struct target_mail *mail,
         const char *service)
{
    struct strings names = {NULL, 0};
    char *name = short_name(mail->host);
    bool held = false;

    strings_add(&names, name);
    strings_add(&names, mail->host);
    for (size_t i = 0; i < mail->names.count; i++)
        strings_add(&names, mail->names.items[i]);
    for (size_t i = 0; i < names.count && !held; i++) {
        char *spn = xasprintf("%s/%s", service, names.items[i]);

        held = holders_find(holders, spn).count > 0;
        free(spn);
    }
    strings_clear(&names);
    free(name);
    return held;
}


/* Whether a mail server is known to run something other than Windows, which
   always writes its name into its computer's account; what else joins hosts
   may leave it empty. */
static bool
is_foreign_system(const struct target_mail *mail,
                  const struct account *account)
{
    bool foreign = false;

    for (size_t i = 0; account && i < account->copy_count; i++) {
        const struct account_fact *fact = account->copies[i].fact;

        if (text_has_prefix_case(fact->operating_system, "Windows"))
            return false;
        foreign |= *fact->operating_system
                   || text_casecmp(fact->dns_host_name, mail->host) == 0;
    }
    return foreign && !(mail->origin & MAIL_EXCHANGE);
}


bool
demands_realm_is_plain(const struct facts *facts)
{
    bool plain = false;

    FACTS_EACH(facts, FACT_ROOTDSE, rootdse_fact, rootdse) {
        if (rootdse->active_directory)
            return false;
        plain = true;
    }
    return plain && !facts_first(facts, FACT_NETLOGON);
}


/* Whether a list names a service other than SMTPSVC. */
static bool
has_another_service(const struct strings *services)
{
    for (size_t i = 0; i < services->count; i++)
        if (text_casecmp(services->items[i], "SMTPSVC") != 0)
            return true;
    return false;
}


/* Work out which services a server should have SPNs for: Postfix and the like
   have SMTP alone, Exchange and IIS both.  Where SMTPSVC is all that is asked
   for, it is so of every server. */
static void
expect_services(struct server *server, const struct facts *facts,
                const struct settings *settings,
                const struct holders *holders)
{
    const struct target_mail *mail = server->mail;
    const struct strings *services = mail->services.count > 0
                                         ? &mail->services
                                         : &settings->numbers->services;
    bool foreign = demands_realm_is_plain(facts)
                   || is_foreign_system(mail, server->account);
    bool smtp_alone = mail->services.count == 0 && foreign
                      && has_another_service(services)
                      && !any_held(holders, mail, "SMTPSVC");

    for (size_t i = 0; i < services->count; i++)
        if (!smtp_alone || text_casecmp(services->items[i], "SMTPSVC") != 0)
            strings_add(&server->services, services->items[i]);
}


/* Whether nothing of an account may be read that would tell of SPNs: every
   account of Active Directory has a userAccountControl, so one without it and
   without any SPN is hidden rather than empty. */
static bool
is_hidden(const struct facts *facts, const struct account *account)
{
    for (size_t i = 0; i < account->copy_count; i++) {
        const struct account_fact *fact = account->copies[i].fact;

        if (fact->spns.count > 0 || fact->account_control >= 0)
            return false;
    }
    return !demands_realm_is_plain(facts);
}


/* Say that a mail server's account is hidden from this program's. */
static void
note_hidden(struct demands *demands, const struct target_mail *mail,
            const struct account *account)
{
    char *name = account_name(account);
    char *line = xasprintf("%s: neither the SPNs of its account %s nor its "
                           "userAccountControl may be read with these "
                           "credentials", mail->host, name);

    strings_add_unique(&demands->unjudged, line);
    strings_add_unique(&demands->hidden, name);
    free(line);
    free(name);
}


/* Pick the servers to judge, and find their accounts. */
static void
add_servers(struct demands *demands, const struct facts *facts,
            const struct settings *settings, const struct holders *holders)
{
    demands->servers
        = xcalloc(settings->mail_count, sizeof(*demands->servers));
    for (size_t i = 0; i < settings->mail_count; i++) {
        const struct target_mail *mail = settings->mail[i];
        struct server server = {.mail = mail};

        if (mail->origin == MAIL_SPN && !mail_answers(facts, mail->host))
            continue;
        server.account = mail_account(holders, mail);
        if (!server.account
            && (!(mail->origin & MAIL_CONFIGURED)
                || best_account(holders, mail, true))) {
            note_unjudged(demands, holders, mail);
            continue;
        }
        if (server.account && is_hidden(facts, server.account)) {
            note_hidden(demands, mail, server.account);
            continue;
        }
        expect_services(&server, facts, settings, holders);
        demands->servers[demands->server_count++] = server;
    }
}


/* Whether a name is no server's own: configured so, or found on several. */
static bool
is_shared(const struct demands *demands, const struct settings *settings,
          const char *name)
{
    size_t servers = 0;

    for (size_t i = 0; i < demands->server_count; i++)
        servers += mail_goes_by(demands->servers[i].mail, name);
    return servers > 1
           || strings_contain(&settings->numbers->shared_names, name);
}


/* Whether a host goes by its address: Kerberos knows no such names. */
static bool
is_numeric(const char *name)
{
    return strchr(name, ':')
           || (strchr(name, '.') && !principal_host_is_fqdn(name));
}


/* Whether mail fails without a service's SPN: Exchange asks for SMTPSVC, and
   others for SMTP. */
static bool
is_vital(const struct server *server, const char *service)
{
    return server->services.count == 1
           || text_casecmp(service, "SMTPSVC") == 0
           || (text_casecmp(service, "SMTP") == 0
               && !principal_is_service("SMTPSVC", &server->services));
}


/* Demand a server's services for one of its names. */
static void
demand_name(struct demands *demands, const struct settings *settings,
            const struct server *server, const char *name, bool further_name)
{
    if (is_numeric(name) || is_shared(demands, settings, name))
        return;
    for (size_t i = 0; i < server->services.count; i++) {
        const char *service = server->services.items[i];
        char *spn = xasprintf("%s/%s", service, name);

        demands->items = xrealloc(demands->items, demands->count + 1,
                                  sizeof(*demands->items));
        demands->items[demands->count++] = (struct demand){
            .spn = principal_canonical(spn),
            .server = server,
            .vital = principal_host_is_fqdn(name) && is_vital(server, service),
            .further_name = further_name,
        };
        free(spn);
    }
}


/* Demand all that a server needs. */
static void
demand_names(struct demands *demands, const struct settings *settings,
             const struct server *server)
{
    const struct target_mail *mail = server->mail;
    char *label = short_name(mail->host);

    if (!strings_contain(&settings->numbers->shared_names, mail->host)) {
        if (principal_host_is_fqdn(mail->host))
            demand_name(demands, settings, server, label, false);
        demand_name(demands, settings, server, mail->host, false);
    }
    for (size_t i = 0; i < mail->names.count; i++)
        if (strcmp(mail->names.items[i], mail->host) != 0)
            demand_name(demands, settings, server, mail->names.items[i],
                        true);
    free(label);
}


struct demands *
demands_new(const struct facts *facts, const struct settings *settings,
            const struct holders *holders)
{
    struct demands *demands = xcalloc(1, sizeof(*demands));

    demands->plain = demands_realm_is_plain(facts);
    add_servers(demands, facts, settings, holders);
    for (size_t i = 0; i < demands->server_count; i++)
        demand_names(demands, settings, &demands->servers[i]);
    return demands;
}


void
demands_free(struct demands *demands)
{
    if (!demands)
        return;
    for (size_t i = 0; i < demands->server_count; i++)
        strings_clear(&demands->servers[i].services);
    for (size_t i = 0; i < demands->count; i++)
        free(demands->items[i].spn);
    free(demands->servers);
    free(demands->items);
    strings_clear(&demands->unjudged);
    strings_clear(&demands->hidden);
    free(demands);
}


void
demands_tell_unjudged(const struct demands *demands,
                      const struct holders *holders,
                      struct findings *findings)
{
    const struct strings *unjudged = &demands->unjudged;
    bool read = false;

    for (size_t i = 0; i < holders->view_count; i++)
        read |= view_is_complete(&holders->views[i]);
    for (size_t i = 0; read && i < unjudged->count; i++)
        findings_not_covered(findings, "%s", unjudged->items[i]);
    if (!read && unjudged->count > 0)
        findings_not_covered(findings,
                             "%zu mail server%s: no directory could be read "
                             "to tell which names are needed",
                             unjudged->count, unjudged->count > 1 ? "s" : "");
}


char *
demands_request(const struct demands *demands, const struct demand *demand)
{
    const char *slash = strchr(demand->spn, '/');
    char *name;

    if (!demands->plain)
        return xstrdup(demand->spn);
    if (!slash || !strchr(slash, '.'))
        return NULL;
    name = xstrdup(demand->spn);
    text_lower(name);
    return name;
}


bool
demands_contain(const struct demands *demands, const char *spn)
{
    enum { SURELY = MAIL_CONFIGURED | MAIL_MX | MAIL_EXCHANGE };

    for (size_t i = 0; i < demands->count; i++)
        if ((demands->items[i].server->mail->origin & SURELY)
            && principal_compare(demands->items[i].spn, spn) == 0)
            return true;
    return false;
}
