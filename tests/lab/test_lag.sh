#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# How far a domain controller is behind: the service, which keeps history,
# tells it within one cycle of the truth, and sees it vanish.

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
config=$work/spnhealthd.yaml
cycle_s=2
lag_s=12
subject="dc1.$lab_domain->dc2.$lab_domain $lab_base"
service=
cut=
mkdir -m 0755 "$work/state"

tidy()
{
    [ -z "$service" ] || stop_service
    [ -z "$cut" ] || quietly "$lab" heal replication-cut || true
    finish
}
trap tidy EXIT

start_service()
{
    "$lab" exec mon "$SPNHEALTHD" -c "$config" 2>"$work/stderr" &
    service=$!
}

stop_service()
{
    # The service itself: what entered the namespaces does not pass it on.
    "$lab" exec mon pkill -TERM -f "^$SPNHEALTHD -c $config\$" || true
    wait "$service" || true
    service=
}

# What the service last saw goes to $work/status.json.
ask_status()
{
    "$lab" exec mon "$SPNHEALTHD" --status -c "$config" -f json \
        >"$work/status.json" 2>"$work/status.stderr" || true
    [ -s "$work/status.json" ]
}

# What jq finds in what the service last saw.
status()
{
    ask_status && jq -re --arg subject "$subject" "$1" "$work/status.json"
}

# What it says of this way.
# shellcheck disable=SC2016 # jq's variables
lag='.findings[] | select(.code == "REPL_LAG" and .subject == $subject)'
# shellcheck disable=SC2016
measured='.measurements[] | select(.subject == $subject and .name == "lag")'

sees_lag()
{
    status "$lag | .values.lag.value >= $lag_s" >/dev/null
}

sees_no_lag()
{
    status "[$lag | select(.status != \"OK\")] == []
        and [$measured | .value < $cycle_s] == [true]" >/dev/null
}

write_lab_config "$config" \
    "checks: {replication: {interval: ${cycle_s}s, warn: ${lab_late_limit_s}s, crit: 10m}}" \
    'alerts: {confirm: 1}' \
    "state_directory: $work/state"
start_service
wait_until 60 'that the service has seen no lag' sees_no_lag
ok 'a healthy lab has no lag'

cut=yes
quietly "$lab" break replication-cut
planted=$(date +%s.%N)
wait_until 60 'a lag' sees_lag
shown=$(date +%s.%N)
ask_status
told=$(jq -r --arg subject "$subject" "$lag | .values.lag.value" "$work/status.json")
late=$(awk -v a="$shown" -v b="$planted" 'BEGIN { printf "%.1f", a - b }')
# A second for asking, and for times that the directory keeps in seconds.
expect_near "a lag planted $late s ago is told as $told s, a cycle ($cycle_s s) apart at most" \
    "$told" "$late" "$((cycle_s + 1))"
if status "$lag | .status == \"WARNING\" and .values.history.unit == \"s\"
    and .values.history.value >= $lag_s and .values.missing.value >= 1" \
    >/dev/null; then
    ok 'it is a warning, with the history that it rests on'
else
    status "$lag" | not_ok 'it is a warning, with the history that it rests on'
fi

run_check "$work/report" -c "$config"
if jq -e --arg subject "$subject" "$lag | .values.history
    | .value == null and .unit == \"none\"" "$work/report.json" >/dev/null; then
    ok 'a single run has no history, and says so'
else
    jq --arg subject "$subject" "$lag" "$work/report.json" |
        not_ok 'a single run has no history, and says so'
fi

quietly "$lab" heal replication-cut
cut=
wait_until 60 'the end of the lag' sees_no_lag
ok 'repaired, it is gone'
stop_service
conclude
