#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The session worker against a real MIT KDC and a real slapd.
#
# SPNHEALTHD_PROBE names the worker; PROBE_WRAPPER is put before it, as in
# PROBE_WRAPPER="valgrind -q --error-exitcode=9".

set -euo pipefail
# shellcheck source=tests/run.bash
source "$(dirname "$0")/../run.bash"

probe=${SPNHEALTHD_PROBE:-$builds/gcc/root/libexec/spnhealthd-probe}
wrapper=${PROBE_WRAPPER:-}
# Under valgrind everything takes longer.
slow_ms=${PROBE_SLOW_MS:-0}

# A missing server is a failure where everything is said to be installed.
for program in krb5kdc kadmin.local slapd slapadd openssl python3 ktutil; do
    if ! command -v "$program" >/dev/null; then
        if [[ ${CI:-} == true ]]; then
            printf 'not ok - session: %s is not installed\n' "$program"
            exit 1
        fi
        printf 'ok - session # SKIP %s is not installed\n' "$program"
        exit 0
    fi
done

# shellcheck source=tests/session/fixture.bash
source "$(dirname "$0")/fixture.bash"

mapfile -t ports < <(free_ports 7)
kdc_port=${ports[0]} plain_port=${ports[1]} plain_tls_port=${ports[2]}
active_port=${ports[3]} active_tls_port=${ports[4]} closed_port=${ports[5]}
skewed_port=${ports[6]}

prepare()
{
    make_realm
    make_certificates
    make_plain_directory
    make_active_directory
}
# In a function of check()'s, where the first failure ends it.
check "session: a realm and two directories" prepare
if ((failed)); then
    exit 1
fi
start_kdc
start_slapd plain "$plain_port" "$plain_tls_port"
plain_slapd=$slapd
start_slapd active "$active_port" "$active_tls_port"
ldap_port=$active_port

printf 'right\n' >"$scratch/password"
printf 'wrong\n' >"$scratch/wrong"
printf '\n' >"$scratch/empty"
chmod 600 "$scratch/password" "$scratch/wrong" "$scratch/empty"

# What every complete session must have told.
expect_everything()
{
    expect 1 search purpose=exchange outcome=ok entries=1
    expect 1 exchange server=ex1.test.example "version=Version 15.2 (Build 1118.7)"
    expect 1 search purpose=spns outcome=ok entries="$1" all_spns=false
    expect 1 search purpose=accounts outcome=ok
    expect 2 account dns_host_name=ex1.test.example sam_account_name=EX1\$ computer=true \
        account_control=4096 "operating_system=Windows Server 2019 Standard"
    expect 2 account 'sam_account_name=EX(2)*\' account_control=4098 dns_host_name=
    expect 0 account dn="cn=plain,$base"
    expect 1200 account account_control=-1
    mentions '"spns":["SMTPSVC/EX1","SMTPSVC/ex1.test.example","HOST/ex1.test.example"]' \
        account sam_account_name=EX1\$
}

gssapi()
{
    session
    expect 1 tgt outcome=ok "principal=MON\$@$realm" error_code=0 host="$host"
    expect 1 bind outcome=ok mechanism=GSSAPI port="$ldap_port" address=127.0.0.1
    expect_everything 1202
}
check "session: GSSAPI, sealed, with more than two pages" gssapi

gssapi_plain()
{
    session ldap_port="$plain_port"
    expect 1 bind outcome=ok
    expect_everything 1203
}
check "session: a directory without matching rules tells the same" gssapi_plain

every_spn()
{
    session all_spns=true services=
    expect 1 search purpose=spns outcome=ok entries=1203 all_spns=true
    expect 1 account dn="cn=plain,$base" computer=false sam_account_name=
}
check "session: every SPN" every_spn

chosen_principal()
{
    session principal=svc-mail
    expect 1 tgt outcome=ok "principal=svc-mail@$realm"
    expect 1 bind outcome=ok
}
check "session: the principal that is asked for" chosen_principal

# What may have to wait for other realms' KDCs must not hold up the directory.
followed_up()
{
    # The fixture's session() takes it from here.
    followup()
    {
        printf '%s\n' "$1"
    }
    session spns='{"type":"followup_task","spns":["ldap/dc1.test.example"],"realms":[],'\
'"kdcs":[],"hosts":["ex1.test.example"],"accounts":[],"pending":["1 dc2.test.example '"$base"'"],"smb":[]}'
    sed -n '/"type":"done"/,$p' "$scratch/facts" | sed -E 's/.*"type":"([^"]*)".*/\1/' \
        >"$scratch/order"
    [[ $(<"$scratch/order") == $'done\naccount\nsearch\npending\nsearch\nticket\ndone' ]]
}
check "session: what follows asks the directory first" followed_up

forest()
{
    session gc_port="$plain_port" all_spns=true base="cn=EX1,$base"
    expect 1 bind port="$active_port" outcome=ok
    expect 1 search purpose=spns outcome=ok entries=1
    expect 1 bind port="$plain_port" outcome=ok
    expect 1 search purpose=forest outcome=ok entries=1203 base_dn= port="$plain_port"
    expect 1203 account port="$plain_port"
}
check "session: the forest is searched on a second connection" forest

from_cache()
{
    kinit -c "FILE:$scratch/cache" -k -t "$keytab" svc-mail
    session keytab= ccache="FILE:$scratch/cache"
    expect 1 tgt outcome=ok "principal=svc-mail@$realm"
    expect 1 bind outcome=ok
    session keytab= ccache="FILE:$scratch/cache" principal=other
    expect 1 tgt outcome=no-credentials
}
check "session: the ticket of a credential cache" from_cache

anonymous()
{
    session bind=anonymous keytab=
    expect 0 tgt
    expect 1 bind outcome=ok mechanism=anonymous
    expect_everything 1202
}
check "session: anonymous" anonymous

simple()
{
    session bind=simple tls=starttls keytab= password_file="$scratch/password"
    expect 1 bind outcome=ok mechanism=simple
    expect_everything 1202
    session bind=simple tls=ldaps keytab= password_file="$scratch/password" \
        ldap_port="$active_tls_port"
    expect 1 bind outcome=ok mechanism=simple
    expect_everything 1202
}
check "session: simple, over STARTTLS and over TLS" simple

gssapi_tls()
{
    session tls=ldaps ldap_port="$active_tls_port"
    expect 1 bind outcome=ok mechanism=GSSAPI
}
check "session: GSSAPI within TLS" gssapi_tls

simple_refused()
{
    session bind=simple tls=starttls password_file="$scratch/wrong"
    expect 1 bind outcome=refused
    mentions 'result 49 (Invalid credentials)' bind
    session bind=simple tls=none password_file="$scratch/password"
    expect 1 bind outcome=tls-failed
    session bind=simple tls=starttls password_file="$scratch/empty"
    expect 1 bind outcome=no-ticket
    session bind=simple tls=starttls password_file="$scratch/absent"
    expect 1 bind outcome=no-ticket
    ! grep -q '"type":"search"' "$scratch/facts"
}
check "session: a wrong, an empty, an absent password, and none without TLS" simple_refused

untrusted()
{
    session tls=starttls ca_file=
    expect 1 bind outcome=tls-failed
    session tls=starttls host=other.test.example bind=anonymous
    expect 1 bind outcome=tls-failed
    mentions 'made out to other.test.example' bind
    session tls=starttls ca_file="$scratch/absent"
    expect 1 bind outcome=tls-failed
}
check "session: a certificate of an unknown CA or of another host" untrusted

# ----- credentials that do not work

wrong_password()
{
    session keytab="$scratch/svc-mail.keytab"
    expect 1 tgt outcome=refused error_code=24
    expect 1 bind outcome=no-ticket
    expect 0 search
    grep 'svc-mail.*Preauthentication failed' "$scratch/kdc.log"
    [[ $(grep -c 'svc-mail.*Preauthentication failed' "$scratch/kdc.log") == 1 ]]
}
check "session: a wrong password is tried exactly once" wrong_password

no_credentials()
{
    session keytab="$scratch/nobody.keytab"
    expect 1 tgt outcome=unknown error_code=6
    session keytab="$scratch/locked.keytab"
    expect 1 tgt outcome=refused error_code=18
    session keytab="$scratch/absent"
    expect 1 tgt outcome=no-credentials error_code=0
    mentions "$scratch/absent" tgt
    session keytab="$scratch/task"
    expect 1 tgt outcome=no-credentials
    session principal=absent
    expect 1 tgt outcome=no-credentials
    session principal=absent@OTHER.EXAMPLE
    expect 1 tgt outcome=no-credentials
    session keytab= ccache=
    expect 1 tgt outcome=no-credentials
    session keytab= ccache="FILE:$scratch/absent"
    expect 1 tgt outcome=no-credentials
    session realm=OTHER.EXAMPLE
    expect 1 tgt outcome=no-credentials
}
check "session: unknown, revoked and unreadable credentials are told apart" no_credentials

expired()
{
    kinit -c "FILE:$scratch/short" -l 1s -k -t "$keytab" svc-mail
    sleep 1.1
    session keytab= ccache="FILE:$scratch/short"
    expect 1 tgt outcome=no-credentials
    mentions 'has expired' tgt
}
check "session: an expired ticket" expired

foreign()
{
    session realm=OTHER.EXAMPLE principal="svc-mail@$realm"
    expect 1 tgt outcome=failed
    mentions "KDC of realm $realm, not of OTHER.EXAMPLE" tgt
}
check "session: a principal of another realm asks nobody" foreign

no_service()
{
    session host=dc9.test.example
    expect 1 tgt outcome=ok
    expect 1 bind outcome=no-ticket
    mentions 'error 7 (KDC_ERR_S_PRINCIPAL_UNKNOWN)' bind
}
check "session: no ticket for the directory" no_service

# ----- servers that are not there

closed()
{
    session kdc_port="$closed_port"
    expect 1 tgt outcome=unreached
    mentions 'over UDP: ' tgt
    mentions 'over TCP: ' tgt
    within $((5000 + slow_ms))
    session ldap_port="$closed_port"
    expect 1 bind outcome=unreached
    mentions 'Connection refused' bind
    expect 0 search
}
check "session: closed ports" closed

# The KDC's clock ten minutes ahead, and behind.
skew()
{
    local offset

    for offset in +600s -600s; do
        start_skewed_kdc "$offset"
        trap 'kill $skewed' EXIT
        session kdc_port="$skewed_port"
        kill "$skewed"
        wait "$skewed" || true
        trap - EXIT
        expect 1 tgt outcome=skew
        expect 1 bind outcome=no-ticket
    done
}
if [[ -e $faketime ]]; then
    check "session: a KDC whose clock is off" skew
elif [[ ${CI:-} == true ]]; then
    check "session: libfaketime is installed" false
else
    printf 'ok - session: a KDC whose clock is off # SKIP libfaketime is not installed\n'
fi

hung_kdc()
{
    kill -STOP "$kdc"
    session timeout_ms=500
    kill -CONT "$kdc"
    expect 1 tgt outcome=unreached
    within $((5000 + slow_ms))
}
check "session: a KDC that hangs" hung_kdc

hung_directory()
{
    local how

    kill -STOP "$plain_slapd"
    for how in "bind=anonymous" "bind=gssapi" "bind=anonymous tls=starttls"; do
        # shellcheck disable=SC2086
        session timeout_ms=500 ldap_port="$plain_port" $how
        expect 1 bind outcome=timed-out
        within $((5000 + slow_ms))
    done
    session timeout_ms=500 ldap_port="$plain_tls_port" bind=anonymous tls=ldaps
    kill -CONT "$plain_slapd"
    expect 1 bind outcome=timed-out
    within $((5000 + slow_ms))
}
check "session: a directory that hangs, with and without TLS" hung_directory

# ----- servers that lie

hostile_ms=$((700 + slow_ms / 10))

# hostile MODE [KEY=VALUE...]: a session with one, which must end in time and
# hold nothing that could steer a terminal.
hostile()
{
    local mode=$1

    shift
    python3 "$(dirname "$0")/hostile.py" "$closed_port" "$mode" >"$scratch/liar.out" 2>&1 &
    liar=$!
    trap 'kill $liar' EXIT
    await "the hostile server" accepts "$closed_port"
    session bind=anonymous timeout_ms="$hostile_ms" configuration= ldap_port="$closed_port" "$@"
    kill "$liar"
    wait "$liar" || true
    trap - EXIT
    if LC_ALL=C grep -q '[^ -~]' "$scratch/facts"; then
        echo "bytes that are not printable"
        return 1
    fi
}

# lying MODE OUTCOME WORDS: a search that fails so, and says so.
lying()
{
    hostile "$1"
    expect 1 bind outcome=ok
    expect 1 search purpose=spns outcome="$2"
    mentions "$3" search purpose=spns
    within $((5000 + slow_ms))
}
check "session: truncated messages" lying truncated timed-out "no answer within $hostile_ms ms"
check "session: garbage" lying garbage failed 'result'
check "session: a message of 2 GiB" lying huge failed 'result'
check "session: an entry that cannot be read" lying malformed failed 'gave up'
check "session: a byte at a time" lying drip timed-out 'no answer'
check "session: a search that is cut off" lying close failed 'result'
check "session: sizeLimitExceeded" lying limit failed 'too \\x1b[1mmany'
check "session: no right to read" lying denied denied '00002020'
check "session: a range that never ends" lying range failed 'have no end'
check "session: more values than a line holds" lying fat failed 'more values than can be kept'

ranges()
{
    hostile ranges
    expect 1 search purpose=spns outcome=ok entries=1
    mentions '"spns":["SMTP/a","SMTP/b","SMTP/c"]' account
}
check "session: values that come in ranges" ranges

endless()
{
    hostile endless
    expect 1 search purpose=spns outcome=timed-out
    # What came before counts; the next search has found the connection dead.
    (($(facts account | wc -l) > 10))
    expect 1 search purpose=accounts outcome=timed-out entries=0
    within $((5000 + slow_ms))
}
check "session: entries without end" endless

endless_pages()
{
    hostile pages timeout_ms=5000
    expect 1 search purpose=spns outcome=failed entries=0
    mentions 'pages without end' search purpose=spns
}
check "session: pages without end" endless_pages

hang_midway()
{
    hostile hang
    expect 1 account dn=cn=a
    expect 1 search purpose=spns outcome=timed-out entries=1
    within $((5000 + slow_ms))
}
check "session: a directory that hangs midway" hang_midway

steering()
{
    hostile control
    expect 1 search purpose=spns outcome=ok entries=1
    expect 1 account 'dn=cn=\x1b[2Ja\x0ab' 'dns_host_name=ex\x1b]0;x\x07' account_control=-1
    mentions '"spns":["SMTP/\\x1b[31mred\\x07","SMTP/a\\x00b","SMTP/\\xff\\xfe","SMTP/\\xe2\\x80\\xaeevil"]' account
}
check "session: control characters in values" steering

silent()
{
    hostile silent tls=ldaps
    expect 1 bind outcome=timed-out
    within $((5000 + slow_ms))
    hostile silent tls=starttls
    expect 1 bind outcome=timed-out
    hostile silent
    expect 1 bind outcome=timed-out
}
check "session: a peer that accepts and says nothing, with and without TLS" silent

bad_tasks()
{
    local input

    for input in '' '{}' '{"type":"context"}' "$(head -n 1 "$scratch/task")" \
        "$(tac "$scratch/task")"; do
        if printf '%s\n' "$input" | $wrapper "$probe" session >"$scratch/facts" 2>"$scratch/said"; then
            echo "accepted: $input"
            return 1
        fi
        [[ ! -s $scratch/facts ]]
        grep -q '^spnhealthd-probe: ' "$scratch/said"
    done
}
check "session: a task that is none" bad_tasks

exit "$failed"
