#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What other programs say of the same domain: samba-tool's replication partners
# and accounts, kvno's tickets.  They agree while the lab is healthy and while
# it is broken.

set -euo pipefail
# not_ok counts at the end of pipes.
shopt -s lastpipe

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
lab=$here/lab
# shellcheck source=tests/lab/lib/names.bash
. "$here/lib/names.bash"
# shellcheck source=tests/lab/lib/assert.bash
. "$here/lib/assert.bash"

begin
seen=$work/seen
broken=
added_spn=SMTP/connector.$lab_domain
asked_spns=(SMTP/mail1 "SMTP/mail1.$lab_domain" SMTPSVC/mail1
            "SMTPSVC/mail1.$lab_domain")

tidy()
{
    [ -z "$broken" ] || mend || true
    finish
}
trap tidy EXIT

# Connections between the DCs are reset, and dc2 alone gets a new password and
# loses and gains an SPN.
break_lab()
{
    broken=yes
    quietly "$lab" break replication-refused
    quietly "$lab" exec dc2 samba-tool user setpassword 'MAIL1$' \
        --newpassword="$lab_machine_password"
    quietly "$lab" exec dc2 samba-tool spn delete SMTPSVC/mail1 'MAIL1$'
    quietly "$lab" exec dc2 samba-tool spn add "$added_spn" 'MAIL1$'
}

mend()
{
    "$lab" exec dc2 samba-tool spn delete "$added_spn" 'MAIL1$' || true
    "$lab" exec dc2 samba-tool spn add SMTPSVC/mail1 'MAIL1$' || true
    quietly "$lab" heal replication-refused
    # The mail server's keytab has the former version of its key.
    quietly "$lab" heal kvno-mismatch
    broken=
}

look()
{
    rm -f "$seen"
    run_check "$work/report" "$@" --record "$seen"
}

# ----- replication partners: DC NC PARTNER FAILURES SECONDS-OF-SUCCESS RESULT

partners_they_see()
{
    local dc
    for dc in "${lab_dcs[@]}"; do
        "$lab" exec "$dc" env TZ=UTC timeout 20 samba-tool drs showrepl --json \
            -U Administrator --password="$lab_password" 2>/dev/null |
            jq -r --arg dc "$dc.$lab_domain" '.repsFrom[]
                | [$dc, .["NC dn"], .["DSA objectGUID"],
                   .["consecutive failures"],
                   (.["last success"] | if startswith("NTTIME") then 0
                    else strptime("%a %b %d %H:%M:%S %Y UTC") | mktime end),
                   (.["last attempt message"]
                    | capture("result (?<n>[0-9]+)").n // 0)]
                | join(" ")'
    done | sort
}

partners_we_see()
{
    jq -r 'select(.type == "neighbor")
        | [.host, .nc, .source, .failures, (.success_us / 1000000 | floor),
           .result] | join(" ")' "$seen" | sort
}

# They ask every few seconds: a run between two equal answers must have seen
# the same.
compare_partners()
{
    local turn
    for ((turn = 0; turn < 20; turn++)); do
        partners_they_see >"$work/theirs"
        look "${@:2}"
        partners_they_see >"$work/theirs.after"
        ! cmp -s "$work/theirs" "$work/theirs.after" || break
    done
    partners_we_see >"$work/ours"
    expect_same "$1: samba-tool drs showrepl and we see the same partners" \
        "$work/theirs" "$work/ours"
}

# ----- tickets: DC SPN KVNO ETYPE, or DC SPN none

tickets_they_get()
{
    local dc
    for dc in "${lab_dcs[@]}"; do
        "$lab" exec mon sh -s "${lab_address[$dc]}" "${asked_spns[@]}" <<TEXT |
printf '[libdefaults]\ndefault_realm = %s\ndns_lookup_kdc = false\n[realms]\n%s = {\nkdc = %s\n}\n' \
    $lab_realm $lab_realm "\$1" >/run/peers.conf
shift
export KRB5_CONFIG=/run/peers.conf KRB5CCNAME=FILE:/run/peers.cache LC_ALL=C
kinit -kt $lab_keytab $lab_principal
for spn in "\$@"; do
    kvno "\$spn" || printf '%s@%s: none\n' "\$spn" $lab_realm
done 2>/dev/null
klist -e
kdestroy
TEXT
            awk -v dc="$dc.$lab_domain" '
                / kvno = | none$/ { spn = $1; sub(/@.*/, "", spn)
                                    kvno[spn] = $NF; next }
                /^[0-9]/ { spn = $NF; sub(/@.*/, "", spn) }
                /Etype/ { etype[spn] = /, aes256-cts-hmac-sha1-96 *$/ ? 18 : $0 }
                END { for (spn in kvno)
                          print dc, spn, kvno[spn],
                                kvno[spn] == "none" ? "" : etype[spn] }'
    done | sed 's/ $//' | sort
}

tickets_we_get()
{
    jq -r 'select(.type == "ticket") | [.host, .spn,
        if .outcome == "ok" then .kvno, .etype
        elif .outcome == "unknown" then "none" else .outcome end]
        | join(" ")' "$seen" | sort -u
}

compare_tickets()
{
    tickets_they_get >"$work/theirs"
    tickets_we_get >"$work/ours"
    expect_same "$1: kvno, klist -e and we get the same tickets of each KDC" \
        "$work/theirs" "$work/ours"
}

# ----- the account: DC SPN..., its kvno and when its password was set

account_they_see()
{
    local dc
    for dc in "${lab_dcs[@]}"; do
        "$lab" exec "$dc" samba-tool spn list 'MAIL1$' |
            awk -v dc="$dc.$lab_domain" '/^\t/ { print dc, $1 }'
        "$lab" exec "$dc" samba-tool computer show 'MAIL1$' \
            --attributes=msDS-KeyVersionNumber,pwdLastSet |
            awk -v dc="$dc.$lab_domain" '/^(msDS|pwd)/ { print dc, $1, $2 }'
    done | sort
}

account_we_see()
{
    jq -r 'select(.type == "account" and .port == 389
        and .sam_account_name == "MAIL1$")
        | (.host + " " + .spns[]),
          (.host + " msDS-KeyVersionNumber: \(.kvno)"),
          # Ticks of 100 ns since 1601, in text: jq has no integers so long.
          (.host + " pwdLastSet: "
           + "\((.password_set_us / 1000000 | floor) + 11644473600)"
           + ("000000\(.password_set_us % 1000000)" | .[-6:]) + "0")' \
        "$seen" | sort -u
}

compare_account()
{
    # Samba keeps the tenth of a microsecond, which we do not.
    account_they_see | sed -E '/pwdLastSet/s/.$/0/' >"$work/theirs"
    account_we_see >"$work/ours"
    expect_same "$1: samba-tool spn list, computer show and we see the same account" \
        "$work/theirs" "$work/ours"
}

compare_all()
{
    compare_partners "$@"
    compare_tickets "$1"
    compare_account "$1"
}

# ----- what we conclude from it

# A REPL_FAILING for each partner that samba-tool shows as failing, in the
# naming contexts that mail depends on.
expect_failing()
{
    partners_they_see | awk '$4 > 2 { print $2 }' |
        grep -E "^(CN=Configuration,)?$lab_base\$" | sort >"$work/theirs"
    jq -r '.findings[] | select(.code == "REPL_FAILING" and .status != "OK")
        | .subject | split(" ")[1]' "$work/report.json" | sort >"$work/ours"
    expect_same 'broken: what samba-tool shows as failing is REPL_FAILING' \
        "$work/theirs" "$work/ours"
}

# The differences that spn list and kvno show are findings.
expect_finding()
{
    if findings_of "$work/report" | grep -qF -- "$1"; then
        ok "broken: $1"
    else
        findings_of "$work/report" | not_ok "broken: $1"
    fi
}

compare_all healthy
expect_healthy healthy "$work/report"
write_lab_config "$work/hurry.yaml" \
    "checks: {replication: {warn: ${lab_late_limit_s}s, crit: 10m}}"
break_lab
sleep "$lab_late_s"
compare_all broken -c "$work/hurry.yaml"
expect_failing
expect_finding "TICKET_SPN_UNKNOWN dc2.$lab_domain SMTPSVC/mail1 "
expect_finding 'SPN_MISSING SMTPSVC/mail1 '
expect_finding 'ACCOUNT_KVNO_DIVERGED MAIL1$'
expect_finding "REPL_DIVERGED dc2.$lab_domain->dc1.$lab_domain MAIL1\$"
mend
compare_all mended
expect_healthy mended "$work/report"
conclude
