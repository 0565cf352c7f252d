#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Bad input, and what a person or a monitoring system meets around the report:
# options, configuration, credentials, networks, files, terminals.

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
out=$work/out
err=$work/err
config=$work/spnhealthd.yaml
seconds_most=7
estate=(--check --domain "$lab_domain")
monitor=(--keytab "$lab_keytab" --principal "$lab_principal")
nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
sam=/var/lib/samba/private/sam.ldb

# Anybody may run a copy, wherever the tree is.
install -m 755 "$SPNHEALTHD" "$work/spnhealthd"
install -m 755 "$SPNHEALTHD_PROBE" "$work/spnhealthd-probe"
SPNHEALTHD=$work/spnhealthd
export SPNHEALTHD_PROBE=$work/spnhealthd-probe
good=("$SPNHEALTHD" "${estate[@]}" "${monitor[@]}")

# Run a command in the monitoring host: what it says goes to $out and $err, its
# exit status to $status, how long it took to $took_s.
mon()
{
    local begun=$SECONDS
    status=0
    "$lab" exec mon "$@" >"$out" 2>"$err" </dev/null || status=$?
    took_s=$((SECONDS - begun))
}

# expect NAME COMMAND...: that it succeeds; shows what the program said if not.
expect()
{
    local name=$1
    shift
    if "$@" >/dev/null 2>&1; then
        ok "$name"
    else
        { echo "$* (status $status)"; head -n 60 "$out" "$err"; } |
            not_ok "$name"
    fi
}

# says NAME STATUS FILE PATTERN: how the last command ended and what it wrote.
says()
{
    expect "$1" test "$status" -eq "$2" -a "$took_s" -le "$seconds_most"
    expect "$1: $4" grep -qE -- "$4" "$3"
}

lacks()
{
    ! grep -qE -- "$1" "$2"
}

# ----- the command line

mon "$SPNHEALTHD" --chekc
says 'a misspelt option' 3 "$err" '^spnhealthd: --chekc: unknown option; did you mean --check\?$'
mon "$SPNHEALTHD" -x
says 'a letter that is no option' 3 "$err" '^spnhealthd: "-x": unknown option$'
mon "$SPNHEALTHD" --check=spm
says 'a misspelt check' 3 "$err" '"spm": no such check; did you mean "spn"\? '
mon "$SPNHEALTHD" --check=smtp
says 'a check that is yet to come' 3 "$err" '"smtp": this check is not in this version$'
mon "$SPNHEALTHD" --check --domain
says 'an option without its value' 3 "$err" '^spnhealthd: --domain: a value is expected$'
mon "$SPNHEALTHD" --check -f xml
says 'an unknown format' 3 "$err" '"xml": expected is one of: text, json, nagios, openmetrics, html$'
mon "$SPNHEALTHD" --check word
says 'a word' 3 "$err" '^spnhealthd: "word": only options are expected'
mon "$SPNHEALTHD" --check
says 'no domain' 3 "$err" '^spnhealthd: domain: is missing; .*--domain corp.example.com$'
mon "$SPNHEALTHD" "$(printf -- '--\033[31mred')"
says 'an escape sequence in an option' 3 "$err" 'unknown'
expect 'is shown escaped' lacks $'\033' "$err"
mon "$SPNHEALTHD" --help
says 'help' 0 "$out" '^Usage: spnhealthd '
expect 'is not wider than a terminal' lacks '^.{81}' "$out"
mon sh -c "'$SPNHEALTHD' --version >/dev/full"
says 'a version that nobody can read' 3 "$err" 'standard output: No space left on device$'

# ----- the configuration

printf 'domain: corp.example.com\nclocks: {}\n' >"$config"
mon "$SPNHEALTHD" --check -c "$config"
says 'an unknown key' 3 "$err" "^spnhealthd: $config:2:1: clocks: "
printf 'domain: corp.example.com\nchecks: {clock: {warn: soon}}\n' >"$config"
mon "$SPNHEALTHD" --check -c "$config"
says 'a bad value' 3 "$err" "^spnhealthd: $config:2:[0-9]+: checks.clock.warn: "
printf 'domain: [\n' >"$config"
mon "$SPNHEALTHD" --test-config -c "$config"
says 'what is not YAML' 3 "$err" "^spnhealthd: $config:[0-9]+:[0-9]+: not YAML: "
chmod 600 "$config"
mon "${nobody[@]}" "$SPNHEALTHD" --check -c "$config"
says 'an unreadable configuration' 3 "$err" "$config: cannot be opened: Permission denied$"
mon "$SPNHEALTHD" --check -c "$work"
says 'a folder for a configuration' 3 "$err" "$work: is a directory, and a regular file is expected$"
mon "$SPNHEALTHD" --check -c "$work/none"
says 'a configuration that does not exist' 3 "$err" "$work/none: cannot be opened: No such file"
mon env SPNHEALTHD_PROBE=/nonexistent "${good[@]}"
says 'no probe program' 3 "$out" '/nonexistent, which "make install"'

# ----- credentials

mon "${nobody[@]}" "${good[@]}"
says 'an ordinary user' 0 "$out" '^OK +corp.example.com: '
expect 'hears nothing on standard error' test ! -s "$err"

mon "$SPNHEALTHD" "${estate[@]}"
says 'no credentials' 3 "$out" '^UNKNOWN +NOT_PERMITTED spn '
expect 'the first line says so' grep -q '^note  *No credentials (keytab /etc/krb5.keytab: No such' <(head -n 1 "$out")
expect 'and how to make some' grep -q 'samba-tool user create spnhealthd' "$out"
expect 'the clocks are judged all the same' grep -qE '^(checks)? +clock +OK' "$out"
expect 'and the ports' grep -qE '^ +ports +OK' "$out"
expect 'it is said once' test ! -s "$err"
mon "$SPNHEALTHD" "${estate[@]}" -f json
expect 'where the report cannot say so, standard error does' grep -q '^spnhealthd: keytab /etc/krb5.keytab: ' "$err"

mon "$SPNHEALTHD" "${estate[@]}" --keytab "$work/none"
says 'a keytab that does not exist' 3 "$out" '^note +No credentials \(keytab '
expect 'needs no new account' lacks 'New-ADUser|^note.*samba-tool' "$out"
"$lab" exec mon cat "$lab_keytab" >"$work/secret"
chmod 600 "$work/secret"
mon "${nobody[@]}" "$SPNHEALTHD" "${estate[@]}" --keytab "$work/secret"
says 'an unreadable keytab' 3 "$out" 'Permission denied'
printf 'no keytab at all\n' >"$work/garbage"
mon "$SPNHEALTHD" "${estate[@]}" --keytab "$work/garbage"
says 'a file that is no keytab' 3 "$out" '^UNKNOWN +LDAP_BIND_FAILED '
mon "$SPNHEALTHD" "${estate[@]}" --keytab "$lab_keytab" --principal nobody
says 'a principal that is not in the keytab' 3 "$out" 'nobody@CORP.EXAMPLE.COM'
expect 'a symptom names its cause' grep -qE '^because +LDAP_BIND_FAILED ' "$out"

mon sh -c "KRB5CCNAME=$work/cache && export KRB5CCNAME &&
    kinit -k -t $lab_keytab $lab_principal && $SPNHEALTHD ${estate[*]}"
says 'a ticket of one'\''s own' 0 "$out" '^OK '
mon sh -c "KRB5CCNAME=FILE:$work/none $SPNHEALTHD ${estate[*]}"
says 'a cache that does not exist' 3 "$out" '^note +No credentials \(credential cache '

# ----- other directories, and rights

mon "$SPNHEALTHD" --check --domain nowhere.example "${monitor[@]}"
says 'an unknown domain' 3 "$out" 'does not exist in$|does not exist in DNS'
mon unshare --net "${good[@]}"
says 'no network' 3 "$out" '^UNKNOWN +DNS_UNREACHABLE corp.example.com'
printf 'domain: %s\nldap: {bind: anonymous}\n' "$lab_domain" >"$config"
mon "$SPNHEALTHD" --check -c "$config"
says 'an anonymous bind' 3 "$out" 'every directory refused the$|refused the search'
expect 'asks for no keytab' lacks 'krb5.keytab' "$err"
printf 'domain: %s\nbase: OU=none,%s\n' "$lab_domain" "$lab_base" >"$config"
mon "$SPNHEALTHD" --check -c "$config" "${monitor[@]}"
says 'a base that is not there' 3 "$out" 'is "base" right\?'

# ----- what the account may not read

replicate()
{
    "$lab" exec dc1 samba-tool drs replicate dc2 dc1 "$lab_base"
}

mail1_dn=CN=MAIL1,CN=Computers,$lab_base

# Give MAIL1 a security descriptor, in SDDL.
protect_mail1()
{
    printf 'dn: %s\nchangetype: modify\nreplace: nTSecurityDescriptor\nnTSecurityDescriptor: %s\n' \
        "$mail1_dn" "$1" |
        "$lab" exec dc1 ldbmodify -H "$sam" --controls=sd_flags:1:15
    replicate
}

reading_may_be_denied()
{
    local descriptor sid spn uac
    spn=f3a64788-5306-11d1-a9c5-0000f80367c1
    uac=bf967a68-0de6-11d0-a285-00aa003049e2
    sid=$("$lab" exec dc1 ldbsearch -H "$sam" "(sAMAccountName=${lab_principal%@*})" \
        objectSid | sed -n 's/^objectSid: //p')
    descriptor=$("$lab" exec dc1 samba-tool dsacl get --objectdn="$mail1_dn" | tail -n 1)

    quietly protect_mail1 "${descriptor/(/(OD;;RP;$spn;;$sid)(OD;;RP;$uac;;$sid)(}"
    mon "${good[@]}"
    says 'a hidden account' 3 "$out" '^not seen .*mail1|^ +spn: mail1'
    expect 'is not called OK' grep -qE '^ +spn +UNKNOWN ' "$out"
    quietly protect_mail1 "${descriptor/(/(OD;;RP;$spn;;$sid)(}"
    mon "${good[@]}"
    says 'hidden SPNs' 2 "$out" 'account may not read them'
    quietly protect_mail1 "$descriptor"
    mon "${good[@]}"
    says 'and nothing hidden' 0 "$out" '^OK '
}
reading_may_be_denied

# ----- a wrong password is tried once

# How often the DCs saw a wrong password of an account.
wrong_passwords()
{
    local dc
    for dc in "${lab_dcs[@]}"; do
        "$lab" exec "$dc" ldbsearch -H "$sam" "(sAMAccountName=$1)" badPwdCount
    done | awk '/^badPwdCount:/ { n += $2 } END { print n + 0 }'
}

# Accounts whose keytab has the key of another password.
add_wrong_account()
{
    "$lab" exec dc1 samba-tool user create "$1" --random-password
    "$lab" exec mon ktutil <<TEXT
addent -password -p $1@$lab_realm -k 1 -e aes256-cts-hmac-sha1-96
Another-Passw0rd
wkt $work/$1.keytab
TEXT
}

wrong_passwords_are_tried_once()
{
    local service cycles_s=9

    quietly add_wrong_account wrong1
    quietly add_wrong_account wrong2
    quietly replicate
    mon "$SPNHEALTHD" "${estate[@]}" --keytab "$work/wrong1.keytab"
    says 'a wrong password' 2 "$out" 'KDC_ERR_PREAUTH_FAILED'
    expect 'was tried once' test "$(wrong_passwords wrong1)" -eq 1
    expect 'and says so, once' test "$(sed -n '/LDAP_BIND_FAILED/,/^seen/p' "$out" |
        tr -s ' \n' ' ' | grep -o 'lest the account' | wc -l)" -eq 1

    mkdir -m 755 "$work/state"
    cat >"$config" <<YAML
domain: $lab_domain
credentials: {keytab: $work/wrong2.keytab}
checks: {spn: {interval: 2s}, clock: {interval: 2s}}
state_directory: $work/state
YAML
    "$lab" exec mon timeout "$cycles_s" "$SPNHEALTHD" -c "$config" \
        >"$out" 2>"$err" </dev/null &
    service=$!
    wait "$service" || true
    expect 'the service tries it once, too' test "$(wrong_passwords wrong2)" -eq 1

    quietly "$lab" exec dc1 samba-tool user delete wrong1
    quietly "$lab" exec dc1 samba-tool user delete wrong2
}
wrong_passwords_are_tried_once

# ----- files and streams

mon sh -c "umask 022; ${good[*]} -o $work/report"
expect 'a report in a file' test "$status" -eq 0 -a ! -s "$out"
expect 'that others may read' test "$(stat -c %a "$work/report")" = 644
mon sh -c "umask 022; ${good[*]} --record $work/recording"
expect 'a recording that they may not' test "$(stat -c %a "$work/recording")" = 600
ln -s "$work/report" "$work/link"
mon "${good[@]}" -o "$work/link" -f json
expect 'a link is followed' test -L "$work/link" -a "$(jq -r .status "$work/report")" = OK
mon "${good[@]}" -o /dev/stdout
says '-o /dev/stdout' 0 "$out" '^OK '
expect 'which stays what it was' test -L /dev/stdout
mon sh -c "${good[*]} -o /dev/stdout | cat"
says '-o /dev/stdout into a pipe' 0 "$out" '^OK '
mon "${good[@]}" -o /dev/null
expect '-o /dev/null' test "$status" -eq 0 -a ! -s "$out" -a -c /dev/null
mkfifo "$work/pipe"
mon "${good[@]}" -o "$work/pipe"
says 'a pipe without a reader' 3 "$err" 'nobody reads it'
mon "${good[@]}" -o "$work/none/report"
says 'a folder that does not exist' 3 "$err" "$work/none/report: No such file or directory$"
mon "${nobody[@]}" "${good[@]}" -o "$work/report"
says 'a folder without the right to write' 3 "$err" 'Permission denied$'
mon sh -c "${good[*]} >/dev/full"
says 'a full disk' 3 "$err" '^spnhealthd: writing the report.*No space left on device$'
mon sh -c "${good[*]} >&-"
says 'a closed standard output' 3 "$err" '^spnhealthd: writing the report.*Bad file descriptor$'
mon sh -c "${good[*]} | true"
expect 'a reader that went away does no harm' lacks 'Sanitizer|dumped' "$err"

# ----- formats

mon "${good[@]}" -f json
expect 'JSON is one object' jq -e '.version == 1 and .status == "OK"' "$out"
mon "${good[@]}" -f nagios
says 'a summary for Nagios' 0 "$out" '^SPNHEALTHD OK - [^|]*\|'
expect 'of at most 80 columns' lacks '^[^|]{81}' <(head -n 1 "$out")
# Labels are quoted, and have neither quotes nor equals signs in them.
number='-?[0-9]+(\.[0-9]+)?'
range="($number)?(:($number)?)?"
item="'[^'=|]+'=$number(s|%|B)?(;$range){0,2}(;$range){0,2}"
expect 'performance data that can be parsed' \
    grep -qE "^[^|]*\|$item( $item)*\$" <(head -n 1 "$out")
expect 'nowhere but there' lacks '\|' <(tail -n +2 "$out")

# ----- strictness

# The mail server's clock is seen by SMB alone.
"$lab" exec mail1 nft -f - <<TEXT
table inet shut {
    chain input {
        type filter hook input priority 0;
        tcp dport 445 reject with tcp reset
    }
}
TEXT
mon "${good[@]}" --check=clock -f json
expect 'something not seen is OK' jq -e '.status == "OK"
    and ([.checks[].not_covered[]] | length > 0)' "$out"
mon "${good[@]}" --check=clock --strict
says 'unless told to be strict' 3 "$out" '^UNKNOWN '
"$lab" exec mail1 nft delete table inet shut

# ----- terminals

# Run a command on a terminal of its own, standard error included.
on_terminal()
{
    mon env TERM=xterm "$1" script -qec "${*:2}" /dev/null
}
escape=$'\033'
on_terminal NOTHING= "${good[@]}"
says 'a terminal' 0 "$out" "$escape\[[0-9;]*mOK"
on_terminal NO_COLOR=1 "${good[@]}"
expect 'NO_COLOR is heeded' lacks "$escape" "$out"
on_terminal NOTHING= "${good[@]}" --no-color
expect 'so is --no-color' lacks "$escape" "$out"
mon "${good[@]}"
expect 'there is no colour in a pipe' lacks "$escape" "$out"

quietly "$lab" break dc-hung
on_terminal NOTHING= "${good[@]}"
says 'a terminal that waits' 2 "$out" 'waiting for [0-9]+ of [0-9]+ '
mon "${good[@]}"
expect 'a pipe hears nothing of waiting' lacks 'waiting for' "$out"
expect 'nor does standard error' test ! -s "$err"
quietly "$lab" heal dc-hung

conclude
