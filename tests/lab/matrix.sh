#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Every fault of the lab: broken, seen; healed, gone; healthy, silent.
#
# Usage: matrix.sh [FAULT...]
#
# SPNHEALTHD is the program under test, SPNHEALTHD_PROBE its worker.
# HEALTHY_RUNS says how often the healthy lab must be found so.  A lab that is
# up already is used and left as it is.

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

dc1=dc1.$lab_domain
dc2=dc2.$lab_domain
fqdn_spn=SMTPSVC/mail1.$lab_domain

# What a port of dc2 must come to: ports STATUS CODE PORT...
ports()
{
    local status=$1 code=$2 port
    shift 2
    for port in "$@"; do
        printf '%s PORT_%s %s:%s\n' "$status" "$code" "$dc2" "$port"
    done
}

# What dc1 is behind dc2 in: behind STATUS CODE WHAT [CAUSE]
behind()
{
    printf '%s REPL_%s %s->%s %s%s\n' "$1" "$2" "$dc2" "$dc1" "$3" "${4:+ by $4}"
}

# What follows where the monitoring account gets no ticket: it is tried at one
# KDC, whichever is the first, and nothing is read anywhere.
without_tgt()
{
    local dc
    dc=$(jq -r '[.findings[] | select(.code == "TGT_FAILED")][0].subject
        | split(".")[0]' "$work/report.json")
    each_kdc CRITICAL TGT_FAILED "$lab_principal" "$1" "$dc"
    echo "UNKNOWN LDAP_BIND_FAILED $dc.$lab_domain:389 by TGT_FAILED"
    printf 'UNKNOWN NOT_PERMITTED %s by LDAP_BIND_FAILED\n' \
        'duplicates servicePrincipalName' \
        'replication replUpToDateVector' 'spn servicePrincipalName'
}

# What every KDC, or those named, says of a principal: each_kdc STATUS CODE
# PRINCIPAL CAUSE [DC...]
each_kdc()
{
    local dc
    local -a dcs=("${@:5}")
    [ $# -gt 4 ] || dcs=("${lab_dcs[@]}")
    for dc in "${dcs[@]}"; do
        printf '%s %s %s %s by %s\n' "$1" "$2" "$dc.$lab_domain" "$3" "$4"
    done
}

# What every KDC says of each name of a mail server, of which the one that
# Exchange asks for is worse: each_name STATUS STATUS-OF-OTHERS CODE HOST CAUSE
each_name()
{
    local name
    each_kdc "$1" "$3" "SMTPSVC/$4.$lab_domain" "$5"
    for name in "SMTPSVC/$4" "SMTP/$4" "SMTP/$4.$lab_domain"; do
        each_kdc "$2" "$3" "$name" "$5"
    done
}

# The findings that a fault must show, each with what explains it, and, after
# "may", patterns of those that may be there too.
expected()
{
    local nc
    case $1 in
    spn-missing)       echo "CRITICAL SPN_MISSING $fqdn_spn"
                       each_kdc CRITICAL TICKET_SPN_UNKNOWN "$fqdn_spn" SPN_MISSING ;;
    spn-missing-short) echo 'WARNING SPN_MISSING SMTP/mail1'
                       each_kdc WARNING TICKET_SPN_UNKNOWN SMTP/mail1 SPN_MISSING ;;
    spn-missing-one-dc) echo "WARNING SPN_MISSING $fqdn_spn"
                       each_kdc CRITICAL TICKET_SPN_UNKNOWN "$fqdn_spn" SPN_MISSING dc2 ;;
    spn-other-account) echo "CRITICAL SPN_WRONG_ACCOUNT $fqdn_spn" ;;
    spn-duplicate | spn-duplicate-case)
                       echo "CRITICAL SPN_DUPLICATE $fqdn_spn"
                       each_kdc CRITICAL TICKET_SPN_NOT_UNIQUE "$fqdn_spn" SPN_DUPLICATE ;;
    holder-disabled)   echo 'CRITICAL ACCOUNT_DISABLED MAIL1$'
                       echo 'CRITICAL SPN_ACCOUNT_DISABLED MAIL1$ by ACCOUNT_DISABLED' ;;
    spn-orphaned)      echo "WARNING SPN_ORPHANED SMTP/gone.$lab_domain" ;;
    spn-malformed)     echo 'WARNING SPN_MALFORMED SMTPSVC//x' ;;
    clock-dc2-*-90)    echo "WARNING CLOCK_SKEW $dc2" ;;
    clock-dc2-*-420)   echo "CRITICAL CLOCK_SKEW $dc2"
                       each_kdc CRITICAL TGT_FAILED "$lab_principal" CLOCK_SKEW dc2
                       echo "may UNKNOWN LDAP_BIND_FAILED $dc2:389" ;;
    clock-dcs-plus-420 | this-host)
                       if kernel_vouches; then
                           echo "WARNING CLOCK_SKEW $lab_domain"
                       else
                           echo "CRITICAL CLOCK_SKEW mon.$lab_domain"
                       fi
                       each_kdc CRITICAL TGT_FAILED "$lab_principal" CLOCK_SKEW
                       echo 'may UNKNOWN LDAP_BIND_FAILED *:389'
                       echo 'may UNKNOWN NOT_PERMITTED *'
                       echo "may UNKNOWN MAIL_SERVERS_NOT_FOUND $lab_domain" ;;
    ntp-dc2-plus-3600) echo "WARNING CLOCK_DISAGREE $dc2" ;;
    drop-88-udp)       ports WARNING FILTERED 88/udp ;;
    drop-88-tcp)       ports CRITICAL FILTERED 88/tcp
                       each_kdc CRITICAL TGT_FAILED "$lab_principal" PORT_FILTERED dc2 ;;
    drop-464)          ports CRITICAL FILTERED 464/tcp 464/udp ;;
    drop-389)          ports WARNING FILTERED 389/tcp 389/udp
                       echo "UNKNOWN LDAP_UNREACHABLE $dc2:389 by PORT_FILTERED" ;;
    reject-88-udp)     ports WARNING CLOSED 88/udp ;;
    reject-88-tcp)     ports CRITICAL CLOSED 88/tcp
                       each_kdc CRITICAL TGT_FAILED "$lab_principal" PORT_CLOSED dc2 ;;
    reject-464)        ports CRITICAL CLOSED 464/tcp 464/udp ;;
    reject-389)        ports WARNING CLOSED 389/tcp 389/udp
                       echo "UNKNOWN LDAP_UNREACHABLE $dc2:389 by PORT_CLOSED" ;;
    dc-down)           ports CRITICAL CLOSED 88/tcp 88/udp 464/tcp 464/udp
                       ports WARNING CLOSED 389/tcp 389/udp 135/tcp 445/tcp \
                           53/udp
                       echo "may WARNING PORT_CLOSED $dc2:3268/tcp"
                       echo "UNKNOWN LDAP_UNREACHABLE $dc2:389 by PORT_CLOSED"
                       echo "UNKNOWN CLOCK_UNMEASURED $dc2 by PORT_CLOSED" ;;
    dc-hung)           ports CRITICAL SILENT 88/tcp 88/udp
                       ports CRITICAL FILTERED 464/udp
                       ports WARNING SILENT 389/tcp 389/udp 445/tcp 53/udp
                       echo "may WARNING PORT_SILENT $dc2:3268/tcp"
                       echo "UNKNOWN LDAP_UNREACHABLE $dc2:389 by PORT_SILENT"
                       echo "UNKNOWN CLOCK_UNMEASURED $dc2 by PORT_FILTERED,PORT_SILENT" ;;
    dns-srv-missing)   echo "WARNING DNS_SRV_MISSING _kerberos._udp.$lab_domain" ;;
    dns-host-missing)  echo "WARNING HOST_UNRESOLVED $dc2"
                       echo "may UNKNOWN CLOCK_UNMEASURED $dc2" ;;
    kvno-mismatch)     echo 'WARNING ACCOUNT_KEY_MISMATCH MAIL1$'
                       echo "CRITICAL KEYTAB_STALE SMTP/mail1.$lab_domain@$lab_realm" ;;
    etype-rc4)         echo 'WARNING ACCOUNT_ETYPES_WEAK MAIL1$'
                       each_name WARNING WARNING TICKET_ETYPE mail1 ACCOUNT_ETYPES_WEAK ;;
    etype-des)         echo 'WARNING ACCOUNT_ETYPES_WEAK MAIL1$'
                       each_name CRITICAL WARNING TICKET_ETYPE mail1 ACCOUNT_ETYPES_WEAK ;;
    accounts-unusable) echo 'CRITICAL ACCOUNT_EXPIRED MAIL3$'
                       echo 'CRITICAL ACCOUNT_LOCKED svc-mail4'
                       echo 'CRITICAL ACCOUNT_PASSWORD_EXPIRED svc-mail5'
                       each_name CRITICAL WARNING TICKET_FAILED mail4 ACCOUNT_LOCKED ;;
    monitor-key-wrong) echo "CRITICAL KEYTAB_STALE $lab_principal"
                       without_tgt KEYTAB_STALE ;;
    monitor-disabled)  echo 'CRITICAL ACCOUNT_DISABLED monitor'
                       without_tgt ACCOUNT_DISABLED ;;
    replication-dropped)
                       behind WARNING FAILING "$lab_base"
                       behind WARNING LAG "$lab_base" REPL_FAILING
                       behind WARNING DIVERGED 'MAIL1$' REPL_FAILING,REPL_LAG
                       printf '%s by REPL_DIVERGED,REPL_FAILING,REPL_LAG\n' \
                           "WARNING SPN_MISSING $fqdn_spn" \
                           'WARNING ACCOUNT_KVNO_DIVERGED MAIL1$'
                       each_kdc CRITICAL TICKET_SPN_UNKNOWN "$fqdn_spn" \
                           REPL_DIVERGED,REPL_FAILING,REPL_LAG,SPN_MISSING dc1 ;;
    replication-refused)
                       for nc in "$lab_base" "CN=Configuration,$lab_base"; do
                           behind WARNING FAILING "$nc"
                           echo "WARNING REPL_FAILING $dc1->$dc2 $nc"
                       done ;;
    esac
}

# Whether the machine's own kernel vouches for the monitoring host's clock:
# then it is the domain that is off, and not this host.
kernel_vouches()
{
    jq -se 'any(.type == "self" and .synchronized)' "$work/recording" >/dev/null
}

# What the program is told for a fault, an option a line.
options_for()
{
    case $1 in
    kvno-mismatch)     printf '%s\n' -c "$work/keytab.yaml" ;;
    accounts-unusable | more-mail-servers)
                       printf '%s\n' -c "$work/servers.yaml" ;;
    monitor-key-wrong) printf '%s\n' -c "$work/state.yaml" ;;
    replication-dropped | replication-refused)
                       printf '%s\n' -c "$work/hurry.yaml" ;;
    esac
}

write_configs()
{
    write_lab_config "$work/keytab.yaml" 'mail_servers:' \
        "  - {host: mail1.$lab_domain, keytab: $lab_mail_keytab}" \
        'checks: {accounts: {handshake: true}}'
    write_lab_config "$work/servers.yaml" 'mail_servers:' \
        "  - mail1.$lab_domain" \
        "  - mail3.$lab_domain" \
        "  - {host: mail4.$lab_domain, account: svc-mail4}" \
        "  - {host: mail5.$lab_domain, account: svc-mail5}"
    mkdir -p "$work/state"
    write_lab_config "$work/state.yaml" "state_directory: $work/state"
    write_lab_config "$work/hurry.yaml" \
        "checks: {replication: {warn: ${lab_late_limit_s}s, crit: 10m}}"
}

# How many wrong keys the DCs have counted for the monitoring account.
count_refused()
{
    local dc
    for dc in "${lab_dcs[@]}"; do
        "$lab" exec "$dc" ldbsearch -H "$lab_sam" "(sAMAccountName=monitor)" \
            badPwdCount
    done | awk '/^badPwdCount:/ { n += $2 } END { print n + 0 }'
}

# The lab is found healthy again and again: expect_health_for SECONDS WHEN
expect_health_for()
{
    local from=$SECONDS run
    for ((run = 1; SECONDS - from < $1; run++)); do
        run_check "$work/report"
        expect_healthy "$2: healthy run $run after $((SECONDS - from)) s" \
            "$work/report"
        sleep 4
    done
}

# Assert what a program says of a fault.
check_fault()
{
    local fault=$1
    local refused_before=
    local -a before=() options=()
    [ "$fault" != this-host ] || before=(--clock +420s)
    mapfile -t options < <(options_for "$fault")
    rm -f "$work/recording"
    [ "$fault" != monitor-key-wrong ] || refused_before=$(count_refused)
    run_check "$work/report" "${before[@]}" "${options[@]}" \
        --record "$work/recording"
    expect_findings "$fault" "$work/report" < <(expected "$fault")
    case $fault in
    clock-dc2-plus-420)  expect_offset "$fault" "$work/report" "$dc2" 420 ;;
    clock-dc2-minus-420) expect_offset "$fault" "$work/report" "$dc2" -420 ;;
    this-host)  expect_offset "$fault" "$work/report" "mon.$lab_domain" 420 ;;
    clock-dcs-plus-420)
                if kernel_vouches; then
                    expect_offset "$fault" "$work/report" "$lab_domain" 420
                else
                    expect_offset "$fault" "$work/report" "mon.$lab_domain" -420
                fi ;;
    dc-hung)    expect_bounded_time "$work/report" ;;
    dc-restart) expect_health_for 60 'after a restart' ;;
    monitor-key-wrong)
                run_check "$work/report" "${options[@]}"
                expect_equal 'a wrong key is tried once, whatever is run again' \
                    "$(count_refused)" "$((refused_before + 1))" ;;
    esac
}

check_faults()
{
    local fault
    for fault in "$@"; do
        [ "$fault" = this-host ] || quietly "$lab" break "$fault"
        check_fault "$fault"
        [ "$fault" = this-host ] || quietly "$lab" heal "$fault"
        run_check "$work/report"
        expect_healthy "$fault healed" "$work/report"
    done
}

check_healthy()
{
    local run
    for ((run = 1; run <= ${HEALTHY_RUNS:-20}; run++)); do
        run_check "$work/report"
        expect_healthy "healthy run $run" "$work/report"
    done
}

# The findings of a recording, judged where there is no network, are the same.
check_replay()
{
    local recording=$work/recording report
    run_check "$work/live" --record "$recording"
    unshare --net "$SPNHEALTHD" --check --replay "$recording" -f json \
        >"$work/replayed.json" || true
    for report in live replayed; do
        sed -E 's/("elapsed": *)[0-9.e+-]+/\1-/' "$work/$report.json" \
            >"$work/$report.plain"
    done
    expect_same 'a replay without network says what the run said' \
        "$work/live.plain" "$work/replayed.plain"
}

# Our NTP offset is chronyd's.
check_ntp()
{
    local ours theirs
    run_check "$work/report"
    theirs=$("$lab" measure-ntp dc1)
    ours=$(jq -r --arg host "dc1.$lab_domain" '.measurements[]
        | select(.subject == $host and .name == "offset_ntp") | .value' \
        "$work/report.json")
    expect_near "our NTP offset ($ours s) is chronyd's ($theirs s)" \
        "$ours" "$theirs" 0.1
}

write_configs
faults=("$@")
if [ $# -eq 0 ]; then
    mapfile -t faults < <("$lab" faults | awk '{print $1}')
    faults+=(this-host)
    check_healthy
    check_replay
    check_ntp
fi
check_faults "${faults[@]}"
conclude
