#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Two forests that trust each other: a referral is followed to the other
# realm's KDC, cross-realm tickets have the encryption types that each side of
# the trust supports, and where these do not agree the program says so.  And
# what the configuration partition has left of a domain controller is told.

set -euo pipefail
# not_ok counts at the end of pipes.
shopt -s lastpipe

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
lab=$here/trust
# shellcheck source=tests/lab/lib/names.bash
. "$here/lib/names.bash"
# shellcheck source=tests/lab/lib/assert.bash
. "$here/lib/assert.bash"

begin
dc=dc1.$lab_domain
read_only=ro1.$lab_domain
partner=partner.example.com
realm=PARTNER.EXAMPLE.COM
spn=SMTPSVC/mxp.$partner

# Change both sides of the trust: sides ATTRIBUTE DC1S DCP1S
sides()
{
    "$lab" set dc1 "$1" "$2"
    "$lab" set dcp1 "$1" "$3"
}

# Which types each side supports: etypes DC1S DCP1S
etypes()
{
    sides msDS-SupportedEncryptionTypes "$@"
}

# Run a check, with the facts that it saw: look REPORT [OPTION...]
look()
{
    local report=$1
    shift
    rm -f "$report.facts"
    run_check "$report" --record "$report.facts" "$@"
}

# A ticket that the program asked of both DCs: whose KDC gave it or not, and
# what it is encrypted by.
ticket()
{
    jq -r --arg spn "$2" 'select(.type == "ticket" and .spn == $spn)
        | "\(.realm) \(.outcome) \(.etype)"' "$1.facts" | sort | uniq -c |
        sed 's/^ *//'
}

# expect_ticket NAME REPORT SPN WANTED
expect_ticket()
{
    local found
    found=$(ticket "$2" "$3")
    if [ "$found" = "$4" ]; then
        ok "$1"
    else
        { echo "$found instead of $4"
          grep '"ticket"' "$2.facts" || true
          cat "$2.stderr"; } | not_ok "$1"
    fi
}

# The type that the ticket for an SPN is encrypted by, as MIT's kvno gets it;
# nothing without a ticket.
kvno_etype()
{
    "$lab" exec mon sh -c "
        export KRB5CCNAME=FILE:/run/kvno.cc
        kinit -kt $lab_keytab $lab_principal &&
        kvno -q krbtgt/$realm@$lab_realm $1 && klist -e" 2>&1 |
        grep -A 2 -F "$1" | sed -n 's/.*(skey, tkt): .*, \(DEPRECATED:\)\{0,1\}//p' |
        tr -d ' ' || true
}

# expect_etype NAME SPN WANTED
expect_etype()
{
    local found
    found=$(kvno_etype "$2")
    if [ "$found" = "$3" ]; then
        ok "$1"
    else
        echo "${found:-no ticket} instead of $3" | not_ok "$1"
    fi
}

# Have the read-only DC take in what dc1 has: replicate NC
replicate()
{
    quietly "$lab" exec ro1 samba-tool drs replicate "$read_only" "$dc" "$1" \
        -U Administrator --password="$lab_password"
}

# ----- all DCs are known
look "$work/all" --check=ports,tickets
expect_healthy 'a read-only DC without SRV records' "$work/all"
jq -r '.targets.domain_controllers[]' "$work/all.json" | sort >"$work/found"
printf '%s\n' "$dc" "$read_only" >"$work/there"
expect_same 'it is found by the topology' "$work/there" "$work/found"

# ----- both sides with AES
etypes 24 24
look "$work/aes" --check=tickets
expect_healthy 'a trust with AES on both sides' "$work/aes"
expect_ticket 'the ticket there is AES' "$work/aes" \
    "krbtgt/$realm" "2 $lab_realm ok 18"
expect_ticket 'and so is the ticket back' "$work/aes" \
    "krbtgt/$lab_realm" "2 $realm ok 18"
expect_etype "kvno's ticket there is AES, too" "krbtgt/$realm@$lab_realm" \
    aes256-cts-hmac-sha1-96
expect_etype "and its ticket back" "krbtgt/$lab_realm@$realm" \
    aes256-cts-hmac-sha1-96
expect_etype 'and the referral is followed' "$spn@$lab_realm" \
    aes256-cts-hmac-sha1-96

look "$work/abroad" --check=tickets --mail-server "mxp.$partner"
expect_ticket 'a referral is followed to the other realm' "$work/abroad" \
    "$spn" "2 $realm ok 18"

# ----- both sides with RC4
etypes 4 4
look "$work/rc4" --check=tickets
expect_findings 'a trust with RC4 alone' "$work/rc4" <<TEXT
WARNING TICKET_ETYPE $dc krbtgt/$realm
WARNING TICKET_ETYPE $read_only krbtgt/$realm
TEXT
expect_ticket 'the ticket there is RC4' "$work/rc4" \
    "krbtgt/$realm" "2 $lab_realm ok 23"
expect_ticket 'and so is the ticket back' "$work/rc4" \
    "krbtgt/$lab_realm" "2 $realm ok 23"
expect_etype "kvno's ticket there is RC4, too" "krbtgt/$realm@$lab_realm" \
    arcfour-hmac
expect_etype "and its ticket back" "krbtgt/$lab_realm@$realm" arcfour-hmac

# ----- one side with RC4, the other with AES: neither reads the other's
etypes 4 24
look "$work/mixed" --check=tickets
expect_findings 'RC4 here and AES there' "$work/mixed" <<TEXT
WARNING TICKET_ETYPE $dc krbtgt/$realm
WARNING TICKET_ETYPE $read_only krbtgt/$realm
TEXT
expect_ticket 'the ticket there is RC4' "$work/mixed" \
    "krbtgt/$realm" "2 $lab_realm ok 23"
expect_ticket 'which the other realm does not read' "$work/mixed" \
    "krbtgt/$lab_realm" "2 $realm failed 0"
expect_etype "nor does it for kvno" "krbtgt/$lab_realm@$realm" ''
etypes 24 4
look "$work/dexim" --check=tickets
expect_findings 'AES here and RC4 there' "$work/dexim" <<TEXT
WARNING TICKET_ETYPE $dc krbtgt/$realm
WARNING TICKET_ETYPE $read_only krbtgt/$realm
TEXT
etypes 24 24
look "$work/healed" --check=tickets
expect_healthy 'AES on both sides again' "$work/healed"

# ----- a trust in one direction
sides trustDirection 1 2
replicate "$lab_base"
look "$work/trusted" --check=tickets
expect_healthy 'a forest that trusts ours, and we not it' "$work/trusted"
expect_ticket 'there are tickets there' "$work/trusted" \
    "krbtgt/$realm" "2 $lab_realm ok 18"
sides trustDirection 2 1
replicate "$lab_base"
look "$work/trusting" --check=tickets
expect_healthy 'a forest that we trust, and it not us' "$work/trusting"
expect_ticket 'there are none, and none is asked for' "$work/trusting" \
    "krbtgt/$realm" ''
sides trustDirection 3 3

# ----- a domain controller that was taken away without clearing up
# What only one DC shows is on its way in or out.
"$lab" dead-dc dc1 dc9
replicate "CN=Configuration,$lab_base"
look "$work/unresolved" --check=ports
expect_findings 'a DC of the topology without an address' "$work/unresolved" <<TEXT
WARNING HOST_UNRESOLVED dc9.$lab_domain
TEXT
quietly "$lab" exec dc1 samba-tool dns add 10.54.0.1 "$lab_domain" \
    dc9 A 10.54.0.99 -U Administrator --password="$lab_password"
look "$work/dead" --check=ports
expect_findings 'a DC of the topology that does not answer' "$work/dead" <<TEXT
WARNING PORT_FILTERED dc9.$lab_domain
UNKNOWN LDAP_UNREACHABLE dc9.$lab_domain:389 by PORT_FILTERED
TEXT
remedy=$(jq -r '.findings[].remedy[]' "$work/unresolved.json" |
    grep -o 'samba-tool domain demote .*')
quietly "$lab" exec dc1 sh -c "$remedy"
look "$work/removed" --check=ports
expect_healthy "after \"$remedy\"" "$work/removed"

conclude
