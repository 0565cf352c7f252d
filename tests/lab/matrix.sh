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

# The findings that a fault must show, and, after "may", patterns of those
# that it explains and that may be there too.
expected()
{
    case $1 in
    spn-missing)       echo "CRITICAL SPN_MISSING $fqdn_spn" ;;
    spn-missing-short) echo 'WARNING SPN_MISSING SMTP/mail1' ;;
    spn-missing-one-dc) echo "WARNING SPN_MISSING $fqdn_spn" ;;
    spn-other-account) echo "CRITICAL SPN_WRONG_ACCOUNT $fqdn_spn" ;;
    spn-duplicate | spn-duplicate-case)
                       echo "CRITICAL SPN_DUPLICATE $fqdn_spn" ;;
    holder-disabled)   echo 'CRITICAL SPN_ACCOUNT_DISABLED MAIL1$' ;;
    spn-orphaned)      echo "WARNING SPN_ORPHANED SMTP/gone.$lab_domain" ;;
    spn-malformed)     echo 'WARNING SPN_MALFORMED SMTPSVC//x' ;;
    clock-dc2-*-90)    echo "WARNING CLOCK_SKEW $dc2" ;;
    clock-dc2-*-420)   echo "CRITICAL CLOCK_SKEW $dc2"
                       echo "may UNKNOWN LDAP_BIND_FAILED $dc2:389" ;;
    clock-dcs-plus-420 | this-host)
                       if kernel_vouches; then
                           echo "WARNING CLOCK_SKEW $lab_domain"
                       else
                           echo "CRITICAL CLOCK_SKEW mon.$lab_domain"
                       fi
                       echo 'may UNKNOWN LDAP_BIND_FAILED *:389'
                       echo 'may UNKNOWN NOT_PERMITTED *'
                       echo "may UNKNOWN MAIL_SERVERS_NOT_FOUND $lab_domain" ;;
    ntp-dc2-plus-3600) echo "WARNING CLOCK_DISAGREE $dc2" ;;
    drop-88-udp)       ports WARNING FILTERED 88/udp ;;
    drop-88-tcp)       ports CRITICAL FILTERED 88/tcp ;;
    drop-464)          ports CRITICAL FILTERED 464/tcp 464/udp ;;
    drop-389)          ports WARNING FILTERED 389/tcp 389/udp
                       echo "UNKNOWN LDAP_UNREACHABLE $dc2:389" ;;
    reject-88-udp)     ports WARNING CLOSED 88/udp ;;
    reject-88-tcp)     ports CRITICAL CLOSED 88/tcp ;;
    reject-464)        ports CRITICAL CLOSED 464/tcp 464/udp ;;
    reject-389)        ports WARNING CLOSED 389/tcp 389/udp
                       echo "UNKNOWN LDAP_UNREACHABLE $dc2:389" ;;
    dc-down)           ports CRITICAL CLOSED 88/tcp 88/udp 464/tcp 464/udp
                       ports WARNING CLOSED 389/tcp 389/udp 135/tcp 445/tcp \
                           53/udp
                       echo "may WARNING PORT_CLOSED $dc2:3268/tcp"
                       echo "UNKNOWN LDAP_UNREACHABLE $dc2:389"
                       echo "UNKNOWN CLOCK_UNMEASURED $dc2" ;;
    dc-hung)           ports CRITICAL SILENT 88/tcp 88/udp
                       ports CRITICAL FILTERED 464/udp
                       ports WARNING SILENT 389/tcp 389/udp 445/tcp 53/udp
                       echo "may WARNING PORT_SILENT $dc2:3268/tcp"
                       echo "UNKNOWN LDAP_UNREACHABLE $dc2:389"
                       echo "UNKNOWN CLOCK_UNMEASURED $dc2" ;;
    dns-srv-missing)   echo "WARNING DNS_SRV_MISSING _kerberos._udp.$lab_domain" ;;
    dns-host-missing)  echo "WARNING HOST_UNRESOLVED $dc2"
                       echo "may UNKNOWN CLOCK_UNMEASURED $dc2" ;;
    esac
}

# Whether the machine's own kernel vouches for the monitoring host's clock:
# then it is the domain that is off, and not this host.
kernel_vouches()
{
    jq -se 'any(.type == "self" and .synchronized)' "$work/recording" >/dev/null
}

# Assert what a program says of a fault.
check_fault()
{
    local fault=$1
    local -a before=()
    [ "$fault" != this-host ] || before=(--clock +420s)
    rm -f "$work/recording"
    run_check "$work/report" "${before[@]}" --record "$work/recording"
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
