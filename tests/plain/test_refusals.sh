#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016
#
# A key that a KDC refuses is tried once, whoever looks how often, until the
# keytab changes or somebody says so.  Counted in the log of MIT's KDC.
#
# Needs root, for namespaces of its own: all that it starts ends with it.
# SPNHEALTHD and SPNHEALTHD_PROBE name the programs under test.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/run.bash
source "$here/../run.bash"
# shellcheck source=tests/alone.bash
source "$here/../alone.bash"

# missing WHAT: a failure where everything is said to be there.
missing()
{
    if [[ ${CI:-} == true ]]; then
        printf 'not ok - refusals: %s\n' "$1"
        exit 1
    fi
    printf 'ok - refusals # SKIP %s\n' "$1"
    exit 0
}

if [[ ${1:-} != --inside ]]; then
    ((EUID == 0)) || missing "namespaces need root"
    for program in dnsmasq jq krb5kdc ktutil openssl setpriv slapd; do
        command -v "$program" >/dev/null || missing "$program is not installed"
    done
fi
alone refusals "$here/test_refusals.sh" "${1:-}"

# shellcheck source=tests/plain/realm.bash
source "$here/realm.bash"

report=$state/report.json
memory=$state/memory
file=$memory/refusals
right=$state/mon.keytab
keytab=$state/used.keytab

# Put a keytab in place of the one in use, as a person would.
use()
{
    cp "$1" "$keytab.new"
    chmod 644 "$keytab.new"
    mv "$keytab.new" "$keytab"
}

prepare()
{
    make_network
    make_realm
    make_certificate
    make_directory all
    printf '%s\n' "add_entry -password -p $monitor@$realm -k 1 -e aes256-cts" \
        wrong "write_kt $state/wrong.keytab" | ktutil
    use "$state/wrong.keytab"
    cat >"$state/spnhealthd.yaml" <<YAML
domain: $domain
state_directory: $memory
credentials: {keytab: $keytab}
domain_controllers:
  - {host: all.$domain, address: ${address_of[all]}}
mail_servers: [mail.$domain]
checks: {clock: {interval: 1s}, spn: {interval: 1s}}
YAML
    # The programs of an ordinary user are where one may read.
    install -m 755 "$SPNHEALTHD" "$state/spnhealthd"
    install -m 755 "$SPNHEALTHD_PROBE" "$state/spnhealthd-probe"
}
check "refusals: a realm and a keytab with a wrong key" prepare
if ((failed)); then
    exit 1
fi
export SPNHEALTHD_PROBE=$state/spnhealthd-probe
start_dns all
start_kdc kdc all
start_slapd all

# How often the KDC has refused the key so far.
attempts()
{
    grep -c "AS_REQ.*PREAUTH_FAILED: $monitor@" "$state/kdc.log" || true
}

# look [OPTION...]: leaves $report, and what was said in $state/look.err.
look()
{
    "${as[@]}" "$state/spnhealthd" --check=spn -c "$state/spnhealthd.yaml" -f json "$@" \
        >"$report" 2>"$state/look.err" || true
    jq -e '.version == 1' "$report" >/dev/null || { cat "$state/look.err"; return 1; }
}
as=()

# adds COUNT COMMAND...: the command has the KDC refuse the key so often.
adds()
{
    local count=$1 before

    before=$(attempts)
    "${@:2}"
    if (($(attempts) - before != count)); then
        echo "refused $(($(attempts) - before)) times, not $count: ${*:2}"
        cat "$report" "$state/kdc.log"
        return 1
    fi
}

# tells FILTER [ARGUMENT...]: a jq filter on the report is true.
tells()
{
    if ! jq -e "$@" "$report" >/dev/null; then
        echo "not so: $*"
        jq . "$report"
        return 1
    fi
}

is_refused()
{
    tells '[.findings[] | select(.code == "LDAP_BIND_FAILED")] | length == 1'
}

without_a_directory()
{
    adds 1 look
    is_refused
    grep -q "^spnhealthd: remembering that a password was refused: .*$memory.*; the next look tries it again$" \
        "$state/look.err"
    [[ ! -e $memory ]]
}
check "refusals: a one-shot makes no state directory, and says what that means" without_a_directory

remembered()
{
    local key

    mkdir -m 700 "$memory"
    adds 1 look --record "$state/recording"
    is_refused
    tells '[.findings[].message | select(test("not tried again"))] == []'
    [[ $(stat -c %a "$file") == 600 ]]
    key=$(klist -K -k "$keytab" | sed -n 's/.*(0x\([0-9a-f]*\)).*/\1/p')
    [[ ${#key} == 64 ]]
    [[ $(<"$file") != *"$key"* ]]
    adds 0 look
    adds 0 look
    is_refused
    tells --arg file "$file" --arg keytab "$keytab" '.findings[]
        | select(.code == "LDAP_BIND_FAILED") | .message
        | test("refused at [-0-9T:]+Z and not tried again before [-0-9T:]+Z, unless "
            + $keytab + " changes or " + $file + " is removed")'
}
check "refusals: the second run tries it no more, and says until when" remembered

has_run_twice()
{
    jq -es '.[0]."counters.runs" >= 2' "$memory/status" >/dev/null
}

# Have the service look twice.
serve()
{
    rm -f "$memory/status"
    start service "$state/spnhealthd" -c "$state/spnhealthd.yaml"
    await "two runs of the service" has_run_twice
    stop service
}

service()
{
    adds 0 serve
    rm "$file"
    adds 1 serve
    adds 0 look
}
check "refusals: the service and the one-shot believe each other" service

removed()
{
    rm "$file"
    adds 1 look
    adds 0 look
}
check "refusals: with the file removed it is tried again" removed

damaged()
{
    head -c 100 "$file" >"$file.cut"
    mv "$file.cut" "$file"
    adds 1 look -v
    grep -q "^spnhealthd: reading which passwords were refused: $file:" "$state/look.err"
    adds 0 look
}
check "refusals: a damaged file is forgotten with a warning" damaged

somebody_else()
{
    as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
    adds 1 look
    grep -q "Permission denied.*; the next look tries it again$" "$state/look.err"
}
check "refusals: somebody who may not read it does without" somebody_else

owned()
{
    chown 65534:65534 "$memory"
    rm "$file"
    adds 1 look
    [[ $(stat -c %u "$file") == 65534 ]]
    as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
    adds 0 look
    [[ ! -s $state/look.err ]]
}
check "refusals: what root has seen, the service may read" owned

replayed()
{
    local before

    before=$(md5sum "$file")
    "$state/spnhealthd" --check=spn --replay "$state/recording" -f json >"$report" || true
    is_refused
    [[ $(md5sum "$file") == "$before" ]]
    rm "$file"
    "$state/spnhealthd" --check=spn --replay "$state/recording" -f json >"$report" || true
    [[ ! -e $file ]]
    adds 1 look
}
check "refusals: a replay neither reads nor writes the file" replayed

replaced()
{
    adds 0 look
    use "$right"
    adds 0 look
    tells '[.findings[] | select(.code == "LDAP_BIND_FAILED")] == []'
    tells '.checks[] | select(.check == "spn") | .covered > 0'
    use "$state/wrong.keytab"
    adds 1 look
}
check "refusals: another keytab is tried at once" replaced

exit "$failed"
