#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The service, as syslog and systemd see it: an alert after "confirm" cycles,
# one recovery, reloads good and bad, a stop, and a restart that repeats
# nothing.

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
spn=SMTPSVC/mail1.$lab_domain
config=$work/spnhealthd.yaml
log=$work/syslog
notified=$work/notified
mkdir -m 0755 "$work/state"

write_config()
{
    cat >"$config" <<YAML
domain: $lab_domain
credentials: {principal: $lab_principal, keytab: $lab_keytab}
checks:
  spn: {interval: 2s}
  duplicates: {interval: 2s}
  clock: {interval: 2s}
  ports: {interval: 2s}
alerts: {confirm: 3, repeat: 1h}
state_directory: $work/state
$1
YAML
}

# Listen where syslog and systemd would; what they hear goes to files.
listen()
{
    "$lab" exec mon python3 -c '
import os, socket, sys
path, heard = sys.argv[1:]
if os.path.exists(path):
    os.unlink(path)
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(path)
with open(heard, "ab", buffering=0) as out:
    while True:
        out.write(s.recv(65536) + b"\n")
' "$1" "$2" &
    listeners+=($!)
}

# start_service [NAME=VALUE...]: with these variables too
start_service()
{
    "$lab" exec mon env "NOTIFY_SOCKET=$work/notify" WATCHDOG_USEC=2000000 "$@" \
        "$SPNHEALTHD" -c "$config" 2>"$work/stderr" &
    service=$!
    wait_until 20 'READY=1' grep -q '^READY=1' "$notified"
}

# Send a signal to the service itself, not to what entered the namespaces.
signal_service()
{
    "$lab" exec mon pkill "-$1" -f "^$SPNHEALTHD -c $config\$"
}

# How many lines of the log match.
count()
{
    grep -cE -- "$1" "$log" || true
}

# expect_count NAME PATTERN NUMBER
expect_count()
{
    local found
    found=$(count "$2")
    if [ "$found" = "$3" ]; then
        ok "$1"
    else
        { echo "$found lines match $2, not $3; the log:"; cat "$log"; } |
            not_ok "$1"
    fi
}

# expect NAME COMMAND...
expect()
{
    local name=$1
    shift
    if "$@" >/dev/null 2>&1; then
        ok "$name"
    else
        { echo "$*"; cat "$log" "$notified" "$work/stderr"; } | not_ok "$name"
    fi
}

logged()
{
    [ "$(count "$1")" -gt 0 ]
}

# soon NAME PATTERN: within 30 s the log has such a line
soon()
{
    local deadline=$((SECONDS + 30))
    until logged "$2" || [ "$SECONDS" -ge "$deadline" ]; do
        sleep 0.2
    done
    expect "$1" logged "$2"
}

listeners=()
touch "$log" "$notified"
stop_listeners()
{
    # What nsenter(1) runs outlives it.
    "$lab" exec mon pkill -f "python3 .* $work/" || true
    wait "${listeners[@]}" 2>/dev/null || true
    finish
}
trap stop_listeners EXIT

write_config ''
listen /dev/log "$log"
listen "$work/notify" "$notified"
wait_until 10 'the sockets' "$lab" exec mon test -S /dev/log -a -S "$work/notify"
start_service

soon 'the start is logged' 'spnhealthd.* started for'
expect 'systemd is told that it is ready' grep -q '^READY=1' "$notified"
wait_until 20 'a cycle' grep -q '^STATUS=OK' "$notified"
expect 'the watchdog is fed' grep -q '^WATCHDOG=1' "$notified"
expect_count 'a healthy lab raises no alert' '(CRITICAL|WARNING|UNKNOWN) [A-Z]' 0

# ----- an alert and its recovery
removed=$SECONDS
quietly "$lab" break spn-missing
soon 'a removed SPN raises an alert' "CRITICAL SPN_MISSING $spn: .*KB979174"
expect "not before it was confirmed three times" test "$((SECONDS - removed))" -ge 4
sleep 5
expect_count 'one line, however many cycles it stands' \
    "CRITICAL SPN_MISSING $spn: " 1
expect_count 'its severity is critical and its facility daemon' \
    "^<26>.*CRITICAL SPN_MISSING $spn: " 1
expect_count 'nothing else is raised' '(CRITICAL|WARNING|UNKNOWN) [A-Z]' 1

# ----- a restart repeats nothing and forgets nothing
signal_service TERM
stopped=$SECONDS
wait "$service" && status=0 || status=$?
expect 'SIGTERM stops it with status 0' test "$status" -eq 0
expect 'within two seconds' test "$((SECONDS - stopped))" -le 2
expect 'the stop is logged' logged 'spnhealthd.* stopped'
expect 'systemd is told that it stops' grep -q '^STOPPING=1' "$notified"
: >"$notified"
start_service
wait_until 20 'a cycle' grep -q '^STATUS=CRITICAL' "$notified"
sleep 7
expect_count 'after a restart the standing alert is not repeated' \
    "CRITICAL SPN_MISSING $spn: " 1
quietly "$lab" heal spn-missing
soon 'the SPN put back is a recovery' "OK SPN_MISSING $spn: "
sleep 5
expect_count 'told once' "OK SPN_MISSING $spn: " 1

# ----- reloads
echo 'clocks: {}' >>"$config"
signal_service HUP
soon 'a bad configuration is refused with its place' \
    "$config:[0-9]+:[0-9]+: clocks: "
soon 'and the running one is kept' 'reload failed'
: >"$notified"
write_config 'accepted: []'
signal_service HUP
soon 'a good one is adopted' 'configuration read again'
expect 'systemd hears of the reload' grep -q '^RELOADING=1' "$notified"
wait_until 20 'a cycle' grep -q '^STATUS=OK' "$notified"
ok 'and the checks go on'
signal_service TERM
wait "$service" && status=0 || status=$?
expect 'it stops again with status 0' test "$status" -eq 0

# ----- the system's clock is stepped
# By libfaketime, which reads how far each second; the monotonic clock is real.
for faketime in /usr/lib/*/faketime/libfaketime.so.1; do
    break
done
set_clock()
{
    echo "$1" >"$work/clock.new"
    mv "$work/clock.new" "$work/clock"
}
set_clock +0
: >"$notified"
start_service "LD_PRELOAD=$faketime" "FAKETIME_TIMESTAMP_FILE=$work/clock" \
    FAKETIME_CACHE_DURATION=1 FAKETIME_DONT_FAKE_MONOTONIC=1 \
    "ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0"
wait_until 20 'a cycle' grep -q '^STATUS=OK' "$notified"
set_clock +3600
soon 'a clock that is stepped by an hour is noticed' \
    "CRITICAL CLOCK_SKEW mon.$lab_domain: "
set_clock +0
soon 'and so is that it is right again' "OK CLOCK_SKEW mon.$lab_domain: "
expect_count 'told once' "CLOCK_SKEW mon.$lab_domain: " 2
signal_service TERM
wait "$service" && status=0 || status=$?
expect 'it stops once more with status 0' test "$status" -eq 0

# ----- a bad configuration at the start
echo 'domain: [' >"$config"
"$lab" exec mon "$SPNHEALTHD" -c "$config" 2>"$work/stderr" && status=0 || status=$?
expect 'an unusable configuration ends it with status 78' test "$status" -eq 78
expect 'and a message with file, line and column' \
    grep -qE "^spnhealthd: $config:[0-9]+:[0-9]+: " "$work/stderr"
conclude
