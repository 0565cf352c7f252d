/*
 * Every finding code, and what it means.
 *
 * SPDX-License-Identifier: MIT
 */

#include "config.h"

#include <stddef.h>
#include <string.h>

#include "checks/codes.h"

const struct code codes[] = {
    {"ACCOUNT_DISABLED", "accounts", "cf4759490f88400fb1199bd0ff972b3e",
     "KB843106",
     "a mail server's account, or this service's own, is disabled"},
    {"ACCOUNT_ETYPES_WEAK", "accounts", "0d265e9b323c433eaee1973d859551b2",
     "RFC 8429", "an account allows no encryption stronger than RC4 or DES"},
    {"ACCOUNT_EXPIRED", "accounts", "1ad2ed6e4c4c49788d06bd14c3668659",
     "KB843106", "an account's expiry date has passed"},
    {"ACCOUNT_KEY_MISMATCH", "accounts", "aeeaf53af4484d46bd99ac58eb455ea8",
     "KB843106", "a mail server does not have the key of its own account"},
    {"ACCOUNT_KVNO_DIVERGED", "accounts", "3170167499424cda9d878354f1387364",
     "KB979174", "domain controllers have different passwords of an account"},
    {"ACCOUNT_LOCKED", "accounts", "289e6a257d334b48978ec8e9dfde87c8",
     "KB843106", "an account is locked after wrong passwords"},
    {"ACCOUNT_MISSING", "accounts", "3639e11bd7de4b46a49e549325c9786a",
     "KB843106", "a mail server's account is not on the domain controllers"},
    {"ACCOUNT_PASSWORD_EXPIRED", "accounts",
     "accadbdd36234226847a232508cef519",
     "KB843106", "an account's password has expired or must be changed"},
    {"ACCOUNT_PASSWORD_STALE", "accounts", "8f0711185ba54db782e16e95d537a38d",
     "KB843106", "a computer has not changed its password for long"},
    {"CLOCK_DISAGREE", "clock", "6180524e9eb44546aae9831d77f6af31",
     "RFC 5905 section 11.2.1", "a host's own services tell different times"},
    {"CLOCK_SKEW", "clock", "c1f50103b2614db598b11e5e7bea88c9",
     "KB979174", "a clock is off by more than is safe for Kerberos"},
    {"CLOCK_UNMEASURED", "clock", "9298fc3eb5ec49b785ec34956c4407bc",
     "KB979174", "a host's clock could not be read closely enough"},
    {"DNS_SRV_MISSING", "reach", "0115d697d1834635a492cbde35a08ff4",
     "RFC 2782", "DNS lacks a record by which clients find servers"},
    {"DNS_UNREACHABLE", "reach", "b9cd3b3680d0406db8112b52c90c0fe3",
     NULL, "no name server answers"},
    {"HOST_UNRESOLVED", "reach", "0c3b3c43c1f240ed9a565c2170f17573",
     NULL, "a host that is named somewhere has no address"},
    {"KEYTAB_STALE", "accounts", "06e8e69eed8346fd83b2f4979bdd12b1",
     "KB914137", "a keytab lacks the key that tickets are made with"},
    {"LDAP_BIND_FAILED", "reach", "2ef0ec490f8e46db9cab66417d2f6eff",
     NULL, "a directory does not let this account in"},
    {"LDAP_UNREACHABLE", "reach", "0ef8845a13fb4ec2ad5456345b4cb940",
     NULL, "a domain controller's directory does not answer"},
    {"MAIL_SERVERS_NOT_FOUND", "reach", "a2a85bda27954f0499e25285c68d0f98",
     "RFC 5321 section 5.1", "no mail server is known to look at"},
    {"NOT_PERMITTED", "reach", "7b7ce3f1f2164ca386727b497ae935f0",
     NULL, "this account may read nothing that a check needs"},
    {"PORT_CLOSED", "ports", "fc4991d57f664ab99fe8ca711ce8b8dd",
     "KB979174", "a port of a domain controller refuses connections"},
    {"PORT_FILTERED", "ports", "182053e60b8a40f79715e87bde0ed31f",
     "KB979174", "a port of a domain controller gives no answer"},
    {"PORT_GARBLED", "ports", "0a0390f7010b4130b4481f48e36473a7",
     "KB979174", "a port of a domain controller answers in another protocol"},
    {"PORT_SILENT", "ports", "c7ef4ffc49ac456cbfa0d28a275178cd",
     "KB979174", "a port of a domain controller is open and says nothing"},
    {"PROBE_CRASHED", "reach", "57bb99700b37466697dc6ef527503a8a",
     NULL, "a probe failed, which is a fault of spnhealthd"},
    {"PROBE_TIMEOUT", "reach", "3a3d4e6df4ff4c15bec3a2b8fe472a3a",
     NULL, "a probe was stopped because its time was up"},
    {"REPL_DIVERGED", "replication", "2bc6b6a11935406092e2f3ebf1d4398e",
     "KB979174",
     "what mail depends on differs between domain controllers"},
    {"REPL_FAILING", "replication", "16d3b7aa6f1d4c868e8a0d4931304f14",
     "KB979174", "a domain controller does not get another's changes"},
    {"REPL_LAG", "replication", "9cd505772ecf41799040dc49682fbb69",
     "KB979174", "a domain controller is late in taking another's changes"},
    {"SPN_ACCOUNT_DISABLED", "spn", "8af913ae870949f382ca3e7777bdd5a9",
     "KB979174", "the account of a mail server is disabled"},
    {"SPN_DUPLICATE", "duplicates", "144b2323b4824f2683a099a136448aa9",
     "KB979174", "several accounts hold the same service principal name"},
    {"SPN_MALFORMED", "spn", "53004b1097994c80889bc95933cdc2bd",
     "KB979174", "an account holds a principal name that nobody asks for"},
    {"SPN_MISSING", "spn", "40355a5119db465896e02ff8babdc118",
     "KB979174", "no account holds a principal name that mail needs"},
    {"SPN_ORPHANED", "spn", "e6b48fea55a3442cbfb95dd92e1e1eae",
     "KB979174", "a principal name is left over from what is gone"},
    {"SPN_WRONG_ACCOUNT", "spn", "0ea82a6e65cd4ddba74029396e9a2e19",
     "KB979174", "another account holds a mail server's principal name"},
    {"TGT_FAILED", "tickets", "4e80c8187a7c4705bd747cf10b731778",
     "KB979174", "a KDC gives this account no ticket-granting ticket"},
    {"TICKET_ETYPE", "tickets", "64f30fe057d441c2bda885fc46331ed8",
     "RFC 8429",
     "a KDC has no encryption in common with a service, or a weak one"},
    {"TICKET_FAILED", "tickets", "008057c147c1431cbb8ff059843a1328",
     "KB979174", "a KDC gives no ticket for a service that it knows"},
    {"TICKET_SPN_NOT_UNIQUE", "tickets", "93bf686334e742b6bf2200718529b86d",
     "KB914137", "a KDC gives no ticket as several accounts hold the name"},
    {"TICKET_SPN_UNKNOWN", "tickets", "06ecb404311149459a8d7dbdb0f6a8f8",
     "KB914137", "a KDC knows no account that holds a mail server's name"},
    {NULL, NULL, NULL, NULL, NULL},
};


const struct code *
code_find(const char *name)
{
    for (const struct code *code = codes; code->name; code++)
        if (strcmp(code->name, name) == 0)
            return code;
    return NULL;
}
