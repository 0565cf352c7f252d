# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
#
# Looking at the service from inside the machine: sourced after machine.bash.

unit=spnhealthd.service
other=spnhealthd@other.service

# property UNIT NAME: what systemd knows of a unit.
property()
{
    inside systemctl show --value -p "$2" "$1"
}

# is UNIT NAME VALUE: a property has this value.
is()
{
    local value

    value=$(property "$1" "$2")
    printf '%s of %s: %s\n' "$2" "$1" "$value"
    [[ $value == "$3" ]]
}

# of_main UNIT NAME: what the kernel has under this name in the status of the
# unit's main process; nothing if there is none.
of_main()
{
    { inside cat "/proc/$(property "$1" MainPID)/status" || true; } 2>/dev/null |
        sed -n "s/^$2:[[:space:]]*//p"
}

# How many processes the unit has.
processes()
{
    inside cat "/sys/fs/cgroup$(property "$1" ControlGroup)/cgroup.procs" | wc -l
}

# ----- the journal

# When the last mark() was, for what must come after it.  Not a cursor: where
# its own entry is filtered out, journalctl leaves out the next one too.
marked=0

mark()
{
    marked=$EPOCHREALTIME
}

# journal [OPTION...] [FIELD=VALUE...]: what the journal has since the mark.
journal()
{
    inside journalctl -q --no-pager --since "@$marked" "$@"
}

# logged UNIT PATTERN: a line of the unit since the mark.
logged()
{
    journal -u "$1" -o cat | grep -E -- "$2"
}

# alerts UNIT [FIELD=VALUE...]: alerts of the unit since the mark, as JSON.
alerts()
{
    local name=$1

    shift
    journal -u "$name" -o json "$@" | jq -c 'select(.SPNHEALTHD_CODE)'
}

alerts_came()
{
    alerts "$@" | grep .
}

# alert_came UNIT STATUS CODE SUBJECT
alert_came()
{
    alerts "$1" "SPNHEALTHD_STATUS=$2" "SPNHEALTHD_CODE=$3" "SPNHEALTHD_SUBJECT=$4" | grep .
}

# alert_came_once: the same, and no other like it in several cycles more.
alert_came_once()
{
    (await "an alert" alert_came "$@") || true
    sleep 5
    alerts "$1"
    (($(alert_came "$@" | wc -l) == 1))
}

# verdict UNIT STATUS: what the unit tells systemd of its last run.
verdict()
{
    property "$1" StatusText | grep -- "^$2"
}

# ----- figures

# at_most VALUE LIMIT
at_most()
{
    awk -v value="$1" -v limit="$2" 'BEGIN { exit !(value != "" && value + 0 <= limit + 0) }'
}

# refused COMMAND...: it fails.
refused()
{
    if "$@"; then
        printf 'succeeded: %s\n' "$*"
        return 1
    fi
}
