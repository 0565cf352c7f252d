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
