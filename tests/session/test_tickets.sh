#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The session worker's tickets, its two phases, and KDCs that send it
# elsewhere or lie, against real MIT KDCs of two realms.
#
# SPNHEALTHD_PROBE and PROBE_WRAPPER as in test_session.sh.

set -euo pipefail
# shellcheck source=tests/run.bash
source "$(dirname "$0")/../run.bash"

probe=${SPNHEALTHD_PROBE:-$builds/gcc/root/libexec/spnhealthd-probe}
wrapper=${PROBE_WRAPPER:-}
# Under valgrind everything takes longer.
slow_ms=${PROBE_SLOW_MS:-0}

# A missing server is a failure where everything is said to be installed.
for program in krb5kdc kadmin.local python3 ktutil; do
    if ! command -v "$program" >/dev/null; then
        if [[ ${CI:-} == true ]]; then
            printf 'not ok - tickets: %s is not installed\n' "$program"
            exit 1
        fi
        printf 'ok - tickets # SKIP %s is not installed\n' "$program"
        exit 0
    fi
done

# shellcheck source=tests/session/fixture.bash
source "$(dirname "$0")/fixture.bash"
# shellcheck source=tests/session/realms.bash
source "$(dirname "$0")/realms.bash"

mapfile -t ports < <(free_ports 3)
kdc_port=${ports[0]} other_port=${ports[1]} closed_port=${ports[2]}
# Tickets alone.
ldap_port=0
other_kdc="$other_realm $other_host 127.0.0.1 $other_port"

prepare()
{
    make_realm
    make_services
    make_other_realm
}
check "tickets: two realms" prepare
if ((failed)); then
    exit 1
fi
start_kdc
start_other_kdc

# ----- what a ticket is like

kinds()
{
    session spns='SMTPSVC/ex1.test.example SMTP/ex1.test.example SMTP/ex2.test.example'
    expect 1 tgt outcome=ok error_code=0 nt_status=0 etype=18 kvno=1 transport=udp
    expect 3 ticket host="$host" realm="$realm" error_code=0 transport=udp detail=
    expect 1 ticket spn=SMTPSVC/ex1.test.example outcome=ok etype=18 session_etype=18 kvno=3
    expect 1 ticket spn=SMTP/ex1.test.example outcome=ok etype=23 kvno=1
    expect 1 ticket spn=SMTP/ex2.test.example outcome=ok etype=17 kvno=1
    expect 0 bind
    expect 2 'done' id=0
}
check "tickets: kvno and encryption types are the database's" kinds

refused()
{
    local before

    before=$(logged 'SMTPSVC/ex7.test.example')
    session spns='SMTPSVC/ex7.test.example SMTP/ex3.test.example SMTPSVC/a@b SMTP/ex2.test.example'
    expect 1 ticket spn=SMTPSVC/ex7.test.example outcome=unknown error_code=7 etype=0 kvno=0
    mentions 'error 7 (KDC_ERR_S_PRINCIPAL_UNKNOWN)' ticket
    expect 1 ticket spn=SMTP/ex3.test.example outcome=failed error_code=14
    expect 1 ticket spn=SMTPSVC/a@b outcome=failed error_code=0
    # What went wrong before does not matter.
    expect 1 ticket spn=SMTP/ex2.test.example outcome=ok
    # libkrb5 would ask twice.
    [[ $(logged 'SMTPSVC/ex7.test.example') == $((before + 1)) ]]
}
check "tickets: one that does not exist, and none in common" refused

from_cache()
{
    kinit -c "FILE:$scratch/cache" -k -t "$keytab" svc-mail
    session keytab= ccache="FILE:$scratch/cache" spns=SMTP/ex2.test.example
    expect 1 tgt outcome=ok etype=18 kvno=1
    expect 1 ticket outcome=ok etype=17
}
check "tickets: with the ticket of a credential cache" from_cache

# What it costs: counted from the KDC's log.
exchanges()
{
    local as tgs spns='' i count=12

    as=$(logged 'AS_REQ') tgs=$(logged 'TGS_REQ')
    for ((i = 0; i < count; i++)); do
        spns+=" SMTPSVC/mx$i.test.example"
    done
    # shellcheck disable=SC2086
    printf 'add_principal -randkey %s\n' $spns | kadmin.local >"$scratch/kadmin.out"
    session spns="$spns" ldap_port="$closed_port"
    expect "$count" ticket outcome=ok
    expect 1 bind outcome=unreached
    as=$(($(logged 'AS_REQ') - as)) tgs=$(($(logged 'TGS_REQ') - tgs))
    printf 'messages to the KDC for %d SPNs and a bind: AS %d, TGS %d\n' "$count" "$as" "$tgs" |
        tee "$scratch/cost"
    # The first AS message is answered with the pre-authentication needed.
    [[ $as == 2 && $tgs == $((count + 1)) ]]
}
check "tickets: one AS exchange, one TGS exchange for each SPN and the bind" exchanges
sed 's/^/# /' "$scratch/cost" 2>/dev/null || true

# ----- two phases

# The worker waits, and its facts of the first phase are there meanwhile.
two_phases()
{
    local pid

    session
    mkfifo "$scratch/tasks"
    # shellcheck disable=SC2086
    $wrapper "$probe" session <"$scratch/tasks" >"$scratch/facts" &
    pid=$!
    exec 3>"$scratch/tasks"
    cat "$scratch/task" >&3
    await "the first phase" grep -q '"type":"done"' "$scratch/facts"
    expect 1 tgt outcome=ok
    expect 0 ticket
    kill -0 "$pid"
    followup SMTP/ex2.test.example '' '' '' >&3
    await "the second phase" grep -q '"type":"ticket"' "$scratch/facts"
    exec 3>&-
    wait "$pid"
    expect 2 'done' id=0
    [[ $(tail -n 1 "$scratch/facts") == '{"type":"done","id":0}' ]]
}
check "tickets: the worker waits for what follows" two_phases

no_followup()
{
    session
    expect 1 tgt outcome=ok
    expect 1 'done' id=0
    session spns=
    expect 0 ticket
    expect 2 'done' id=0
}
check "tickets: nothing follows" no_followup

# No JSON, a record of another kind, and one that is cut short.
garbage()
{
    local line

    session
    cp "$scratch/task" "$scratch/whole"
    for line in 'x' "$(head -n 1 "$scratch/whole")" "$(followup a b '' '' | tr -d '\n' | sed 's/.$//')"; do
        # shellcheck disable=SC2086
        if (cat "$scratch/whole" && printf '%s\n' "$line") |
            $wrapper "$probe" session >"$scratch/facts" 2>"$scratch/said"; then
            echo "accepted: $line"
            return 1
        fi
        expect 1 'done' id=0
        grep -q '^spnhealthd-probe: reading a followup_task: ' "$scratch/said"
    done
}
check "tickets: what follows is garbage" garbage

no_ticket()
{
    session keytab="$scratch/locked.keytab" spns=SMTP/ex2.test.example
    expect 1 tgt outcome=refused error_code=18 etype=0 kvno=0
    expect 0 ticket
    expect 2 'done' id=0
    session bind=anonymous spns=SMTP/ex2.test.example ldap_port="$closed_port"
    expect 0 tgt
    expect 0 ticket
    session keytab="$scratch/locked.keytab" spns= smb='ex1.test.example 127.0.0.1'
    expect 0 smb_session
    session spns= smb='ex1.test.example 127.0.0.1'
    expect 1 smb_session host=ex1.test.example outcome=untried
}
check "tickets: none is asked for without a ticket-granting ticket" no_ticket

# ----- other realms

referral()
{
    session spns='SMTPSVC/ex9.other.example SMTPSVC/ex8.other.example' kdcs="$other_kdc"
    expect 1 ticket spn=SMTPSVC/ex9.other.example outcome=ok realm="$other_realm" etype=18 \
        host="$host"
    expect 1 ticket spn=SMTPSVC/ex8.other.example outcome=unknown error_code=7 \
        realm="$other_realm"
    mentions "sent on to KDC $other_host of realm $other_realm" ticket outcome=unknown
}
check "tickets: a referral is followed" referral

dead_end()
{
    session spns='SMTPSVC/ex9.other.example SMTPSVC/ex9.third.example SMTP/ex2.test.example' \
        kdcs="OTHER,THIRD.EXAMPLE kdc.third.example 127.0.0.1 $closed_port"
    expect 1 ticket spn=SMTPSVC/ex9.other.example outcome=referred realm="$other_realm"
    mentions "a KDC of realm $other_realm, and none is known" ticket outcome=referred
    expect 1 ticket spn=SMTPSVC/ex9.third.example outcome=unreached realm=THIRD.EXAMPLE
    expect 1 ticket spn=SMTP/ex2.test.example outcome=ok
}
check "tickets: a referral to a realm without a known KDC, and one that is down" dead_end

circle()
{
    session spns=SMTPSVC/ex1.loop.example kdcs="$other_kdc"
    expect 1 ticket outcome=referred
    mentions 'a realm that was asked already' ticket
}
check "tickets: realms that send on to each other" circle

both_ways()
{
    session realms="$other_realm" kdcs="$other_kdc"
    expect 1 ticket "spn=krbtgt/$other_realm" realm="$realm" outcome=ok etype=18
    expect 1 ticket "spn=krbtgt/$realm" realm="$other_realm" outcome=ok etype=17
}
check "tickets: across realms, there and back" both_ways

one_way()
{
    other_kadmin <<<"set_string krbtgt/$realm@$other_realm session_enctypes camellia256-cts"
    session realms="$other_realm" kdcs="$other_kdc"
    other_kadmin <<<"del_string krbtgt/$realm@$other_realm session_enctypes"
    expect 1 ticket "spn=krbtgt/$other_realm" outcome=ok
    expect 1 ticket "spn=krbtgt/$realm" realm="$other_realm" outcome=failed error_code=14
    session realms='THIRD.EXAMPLE FOURTH.EXAMPLE' \
        kdcs="THIRD.EXAMPLE kdc.third.example 127.0.0.1 $closed_port"
    expect 1 ticket spn=krbtgt/THIRD.EXAMPLE realm="$realm" outcome=ok
    expect 1 ticket "spn=krbtgt/$realm" realm=THIRD.EXAMPLE outcome=unreached
    expect 1 ticket spn=krbtgt/FOURTH.EXAMPLE realm="$realm" outcome=unknown error_code=7
    expect 3 ticket
}
check "tickets: across realms, one way alone" one_way

# ----- KDCs that lie

hostile_ms=$((600 + slow_ms / 10))

# hostile as|tgs MODE [KEY=VALUE...]: a session with one, which must end in time
# and hold nothing that could steer a terminal.
hostile()
{
    local whom=$1 mode=$2

    shift 2
    rm -f "$scratch/liar.out"
    python3 "$(dirname "$0")/hostile_kdc.py" "$closed_port" "$kdc_port" "$whom" "$mode" \
        >"$scratch/liar.out" 2>&1 &
    liar=$!
    trap 'kill $liar' EXIT
    await "the hostile KDC" grep -q ready "$scratch/liar.out"
    session kdc_port="$closed_port" timeout_ms="$hostile_ms" "$@"
    kill "$liar"
    wait "$liar" || true
    trap - EXIT
    if LC_ALL=C grep -q '[^ -~]' "$scratch/facts"; then
        echo "bytes that are not printable"
        cat -v "$scratch/facts"
        return 1
    fi
    within $((4 * hostile_ms + 2000 + slow_ms))
}

# lying MODE WORDS KEY=VALUE...: what is said of a ticket-granting ticket.
lying()
{
    local mode=$1 words=$2

    shift 2
    hostile as "$mode" spns=SMTP/ex2.test.example
    expect 1 tgt "$@" etype=0 kvno=0
    mentions "$words" tgt
    expect 0 ticket
}
too_big="its answer fits into no datagram (error 52, KRB_ERR_RESPONSE_TOO_BIG), and port"
check "tickets: too big for UDP, and TCP closed" lying big "$too_big $closed_port/tcp" \
    outcome=unreached error_code=52 transport=udp
check "tickets: too big for UDP, and TCP mute" lying big-silent "$too_big $closed_port/tcp" \
    outcome=unreached error_code=52 transport=udp
check "tickets: too big for TCP" lying big-always 'said so over TCP too' \
    outcome=failed error_code=52 transport=tcp
check "tickets: garbage" lying garbage 'no answer' outcome=unreached error_code=0
check "tickets: a truncated answer" lying truncated 'no use' outcome=failed error_code=0
check "tickets: a reply that is none" lying junk-reply 'no use' outcome=failed error_code=0
check "tickets: an answer that never ends" lying endless 'no answer' outcome=unreached
check "tickets: pre-authentication for ever" lying preauth 'error 25' outcome=failed error_code=25
check "tickets: a locked account" lying locked 'status 0xc0000234: the account is locked' \
    outcome=refused error_code=18 nt_status=3221226036
check "tickets: a KDC without its database" lying unavailable 'error 29' \
    outcome=failed error_code=29
check "tickets: the wrong realm" lying wrong-realm 'belongs to another realm' \
    outcome=referred error_code=68
check "tickets: an error that there is not" lying strange 'answered with error 200' \
    outcome=failed error_code=200

# A wrong password counts towards the lockout as often as it arrives: it goes
# out once, whatever becomes of it.
proofs()
{
    local expected=$1

    if [[ $(grep '^proof' "$scratch/liar.out") != "$expected" ]]; then
        printf 'expected "%s" of:\n' "$expected"
        cat "$scratch/liar.out"
        return 1
    fi
}

# unproven MODE TRANSPORT
unproven()
{
    lying "$1" 'no answer to the pre-authentication' outcome=unreached error_code=25
    mentions "over ${2^^}, sent once: " tgt
    proofs "proof over $2"
}
check "tickets: silence after the first answer" unproven no-proof udp
check "tickets: silence after the first answer over TCP" unproven no-proof-stream tcp

late()
{
    hostile as late timeout_ms=$((2200 + slow_ms))
    expect 1 tgt outcome=ok error_code=0 transport=udp
    proofs 'proof over udp'
}
check "tickets: an answer that comes late" late

# To TGS requests; the first of several is told as given.
lying_later()
{
    local mode=$1 words=$2

    shift 2
    hostile tgs "$mode" spns='SMTP/ex2.test.example SMTP/ex1.test.example'
    expect 1 tgt outcome=ok
    expect 2 ticket "$@" etype=0
    mentions "$words" ticket spn=SMTP/ex2.test.example
}
check "tickets: a service's that is not unique" lying_later not-unique 'error 8' \
    outcome=unknown error_code=8
check "tickets: a service's truncated" lying_later truncated 'no use' outcome=failed
check "tickets: a service's that is none" lying_later junk-reply 'no use' outcome=failed

# silence MODE ERROR_CODE WORDS: many SPNs, and a KDC that has fallen silent,
# which is found out once.
silence()
{
    hostile tgs "$1" spns='a/1 a/2 a/3 a/4 a/5 a/6 a/7 a/8 a/9'
    expect 9 ticket outcome=unreached error_code="$2" transport=udp
    mentions "$3" ticket spn=a/9
}
check "tickets: a KDC that falls silent is not asked again" silence silent 0 'did not answer before'
check "tickets: a service's too big for UDP, and TCP mute" silence big-silent 52 "$too_big"

# Five realms whose KDCs are silent: three are found out, which takes a
# time-out each; those of the task's own realm are still asked.
many_silent()
{
    local i realms='' silent_kdcs=''

    for i in 1 2 3 4 5; do
        kadmin.local <<<"add_principal -pw cross krbtgt/SILENT$i.EXAMPLE"
        realms+=" SILENT$i.EXAMPLE"
        silent_kdcs+="SILENT$i.EXAMPLE kdc.silent$i.example 127.0.0.1 $closed_port,"
    done
    hostile tgs silent kdc_port="$kdc_port" realms="$realms" kdcs="$silent_kdcs$other_kdc" \
        spns=SMTPSVC/ex9.other.example
    expect 1 ticket spn=SMTPSVC/ex9.other.example outcome=ok
    expect 5 ticket realm="$realm" outcome=ok
    expect 5 ticket "spn=krbtgt/$realm" outcome=unreached error_code=0
    for i in 1 2 3; do
        mentions 'no answer: ' ticket "spn=krbtgt/$realm" realm="SILENT$i.EXAMPLE"
    done
    for i in 4 5; do
        mentions 'not asked: 3 KDCs of other realms did not answer' ticket "spn=krbtgt/$realm" \
            realm="SILENT$i.EXAMPLE"
    done
}
check "tickets: no more than three silent realms are waited for" many_silent

exit "$failed"
