/*
 * What to ask in a session once all sessions have told what they found.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "checks/demands.h"
#include "checks/replication.h"
#include "daemon/follow_up.h"


/* Whether a check is to be judged. */
static bool
wanted(const struct follow_up *follow_up, const char *check)
{
    return strings_contain(&follow_up->settings->numbers->checks, check);
}


/* Add all texts of a list to another. */
static void
add_all(struct strings *list, const struct strings *added)
{
    for (size_t i = 0; i < added->count; i++)
        strings_add(list, added->items[i]);
}


void
follow_up_tickets(const struct follow_up *follow_up,
                  const struct strings *realms, const struct strings *kdcs)
{
    struct followup_task *task = follow_up->task;
    struct holders *holders;
    struct demands *demands;

    if (!wanted(follow_up, "tickets"))
        return;
    holders = holders_new(follow_up->facts, follow_up->settings);
    demands = demands_new(follow_up->facts, follow_up->settings, holders);
    for (size_t i = 0; i < demands->count; i++) {
        char *name = demands_request(demands, &demands->items[i]);

        if (name)
            strings_add_unique(&task->spns, name);
        free(name);
    }
    demands_free(demands);
    holders_free(holders);
    add_all(&task->realms, realms);
    add_all(&task->kdcs, kdcs);
}


/* Whether SMB is known not to answer at a host's address. */
static bool
is_smb_closed(const struct facts *facts, const char *host,
              const char *address)
{
    FACTS_EACH(facts, FACT_PORT, port_fact, port)
        if (port->probe == PROBE_SMB && port->outcome != PORT_OPEN
            && strcmp(port->host, host) == 0
            && strcmp(port->address, address) == 0)
            return true;
    return false;
}


/* Hold an SMB session with a mail server at the first address that will do. */
static void
ask_smb(const struct follow_up *follow_up, const struct target_mail *mail)
{
    for (size_t i = 0; i < mail->addresses.count; i++) {
        const char *address = mail->addresses.items[i];
        char *target;

        if (is_smb_closed(follow_up->facts, mail->host, address))
            continue;
        target = xasprintf("%s %s", mail->host, address);
        strings_add(&follow_up->task->smb, target);
        free(target);
        return;
    }
}


void
follow_up_smb(const struct follow_up *follow_up)
{
    const struct settings *settings = follow_up->settings;

    if (!settings->numbers->accounts_handshake
        || !wanted(follow_up, "accounts"))
        return;
    for (size_t i = 0; i < settings->mail_count; i++) {
        const struct target_mail *mail = settings->mail[i];

        if (!mail_is_outside(follow_up->facts, settings, mail)
            && (mail->origin != MAIL_SPN
                || mail_answers(follow_up->facts, mail->host)))
            ask_smb(follow_up, mail);
    }
}


void
follow_up_accounts(const struct follow_up *follow_up,
                   const struct strings *hosts,
                   const struct strings *accounts)
{
    const struct settings *settings = follow_up->settings;
    struct followup_task *task = follow_up->task;

    for (size_t i = 0; i < settings->mail_count; i++)
        if (!strings_contain(hosts, settings->mail[i]->host))
            strings_add_unique(&task->hosts, settings->mail[i]->host);
    if (!wanted(follow_up, "accounts"))
        return;
    FACTS_EACH(follow_up->facts, FACT_TGT, tgt_fact, tgt) {
        char *name = xstrndup(tgt->principal, strcspn(tgt->principal, "@"));

        if (*name && !strchr(name, '/') && !strings_contain(accounts, name))
            strings_add_unique(&task->accounts, name);
        free(name);
    }
}


void
follow_up_replication(const struct follow_up *follow_up, const char *host)
{
    if (wanted(follow_up, "replication"))
        replication_questions(follow_up->facts, follow_up->settings, host,
                              &follow_up->task->pending);
}


bool
follow_up_is_empty(const struct followup_task *task)
{
    return task->spns.count + task->realms.count + task->smb.count
               + task->hosts.count + task->accounts.count
               + task->pending.count
           == 0;
}
