#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Servers that send anything but what they should: every run ends in time, says
# that something is wrong, and puts no control character anywhere.
#
# The estate is a program, in a network of its own; needs root.

set -euo pipefail
# not_ok counts at the end of pipes.
shopt -s lastpipe

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
lab=$here/../lab
# shellcheck source=tests/lab/lib/assert.bash
. "$lab/lib/assert.bash"

if [ "${1:-}" != inside ]; then
    exec unshare --net --mount --pid --fork --kill-child --mount-proc \
        "$(realpath "${BASH_SOURCE[0]}")" inside
fi

: "${SPNHEALTHD:?names the program under test}"
export SPNHEALTHD_PROBE=${SPNHEALTHD_PROBE:-$(dirname "$SPNHEALTHD")/spnhealthd-probe}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
report=$work/report
deadline_s=3
config=$work/spnhealthd.yaml
dc=dc1.test.example

cat >"$config" <<YAML
domain: test.example
ldap: {bind: anonymous}
probes: {timeout: 600ms, smtp_timeout: 1s, deadline: ${deadline_s}s}
state_directory: $work
YAML

make_network()
{
    ip link set lo up
    ip address add 10.99.0.1/32 dev lo
    ip address add 10.99.0.2/32 dev lo
    printf 'nameserver 10.99.0.1\noptions timeout:1 attempts:1\n' >"$work/resolv.conf"
    printf '127.0.0.1 localhost\n' >"$work/hosts"
    mount --bind "$work/resolv.conf" /etc/resolv.conf
    mount --bind "$work/hosts" /etc/hosts
}

# begin_estate WHAT KIND
begin_estate()
{
    coproc ESTATE { exec python3 "$here/estate.py" "$@" 2>"$work/estate.err"; }
    # shellcheck disable=SC2153 # coproc sets it
    estate=$ESTATE_PID
    read -r -t 20 <&"${ESTATE[0]}" || true
}

end_estate()
{
    kill "$estate"
    wait "$estate" 2>/dev/null || true
}

# Look once, and have what was seen in every format.
look()
{
    local begun status=0

    rm -f "$work"/report.*
    begun=$(date +%s.%N)
    timeout --kill-after=1 30 "$SPNHEALTHD" --check -c "$config" -f json -vv \
        --record "$report.recording" >"$report.json" 2>"$report.stderr" || status=$?
    printf '%s\n' "$status" >"$report.status"
    seconds=$(awk -v begun="$begun" -v ended="$(date +%s.%N)" \
        'BEGIN { printf "%.3f\n", ended - begun }')
    for format in text nagios; do
        "$SPNHEALTHD" --check --replay "$report.recording" -f "$format" -vv \
            >"$report.$format" 2>>"$report.stderr" || true
    done
}

explain()
{
    findings_of "$report"
    cat "$report.stderr" "$work/estate.err"
}

# expect NAME COMMAND...
expect()
{
    if "${@:2}" >/dev/null 2>&1; then
        ok "$1"
    else
        { printf '%s\n' "${*:2}"; explain; } | not_ok "$1"
    fi
}

ended_in_time()
{
    [ "$(cat "$report.status")" -le 3 ] &&
        awk -v s="$seconds" -v most="$deadline_s" 'BEGIN { exit !(s <= most + 1) }'
}

nothing_crashed()
{
    ! grep -q 'PROBE_CRASHED' "$report.json" &&
        ! grep -qE 'Sanitizer|runtime error' "$report.stderr"
}

# No control character but the newline, and text that is UTF-8.
is_clean()
{
    local file
    for file in "$report".{json,text,nagios,recording,stderr}; do
        iconv -f UTF-8 -t UTF-8 "$file" >/dev/null || return
        if LC_ALL=C grep -qP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' "$file"; then
            LC_ALL=C grep -nP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' "$file" | cat -v | cut -c1-300 >>"$report.stderr"
            return 1
        fi
    done
    [ -s "$report.text" ] && [ -s "$report.nagios" ] && jq -e . "$report.json"
}

# What holds whatever they send.
survive()
{
    begin_estate "$@"
    look
    end_estate
    expect "$*: it ends in time ($seconds s)" ended_in_time
    expect "$*: nothing crashes" nothing_crashed
    expect "$*: every output is clean" is_clean
}

is_not_ok()
{
    jq -e '.status != "OK"' "$report.json"
}

# blames PORT...: a finding for each of the DC's.
blames()
{
    local port
    for port in "$@"; do
        findings_of "$report" | grep -qE " PORT_[A-Z]+ $dc:$port\$" || return
    done
}

clock_is_not_ok()
{
    jq -e '.checks[] | select(.check == "clock") | .status != "OK"' "$report.json"
}

make_network

survive packets honest
expect 'packets honest: every port is found well' \
    jq -e '.checks[] | select(.check == "ports") | .status == "OK"' "$report.json"
expect 'packets honest: and the clocks' \
    jq -e '.checks[] | select(.check == "clock") | .status == "OK"' "$report.json"

protocols=(88/tcp 88/udp 464/udp 389/tcp 389/udp 445/tcp)
for kind in truncated endless wrong random absurd drip close; do
    survive packets "$kind"
    expect "packets $kind: every port is blamed" blames "${protocols[@]}"
    expect "packets $kind: no clock is believed" clock_is_not_ok
done
for kind in control overlong flood; do
    survive packets "$kind"
done

for kind in truncated endless wrong random absurd drip close control overlong; do
    survive dns "$kind"
    expect "dns $kind: it is not OK" is_not_ok
done

for kind in endless fat range control pages drip hang malformed huge garbage \
    truncated close denied referral; do
    survive session "$kind"
    expect "session $kind: it is not OK" is_not_ok
done

conclude
