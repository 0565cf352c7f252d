# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
#
# What quickstart and the test drivers share: sourced, never run.

# Programs of the lab live in sbin, which "su" leaves out of PATH.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin${PATH:+:$PATH}
LC_ALL=C.UTF-8
export PATH LC_ALL

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
builds=$top/build
logs=$builds/logs
lab=$top/tests/lab/lab
# On its monitoring host.
lab_keytab=/etc/spnhealthd/monitor.keytab

# What the sanitizers find ends the program, leaks and all.  libfaketime, which
# gives a program a wrong clock, comes before their library.
export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1:verify_asan_link_order=0
export UBSAN_OPTIONS=print_stacktrace=1

say()
{
    printf '%s\n' "$*"
}

die()
{
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# await WHAT COMMAND...: until the command succeeds, at most 10 s.
await()
{
    local what=$1 turn

    shift
    for ((turn = 0; turn < 200; turn++)); do
        if "$@" 2>/dev/null; then
            return
        fi
        sleep 0.05
    done
    die "$what: nothing after 10 s"
}

# The child that attend() waits for, in a process group of its own.
attended=

# Run a command so that a signal to this script alone ends it at once: bash
# runs a trap only after a child in the foreground has ended, but interrupts
# wait for one.
attend()
{
    local status=0

    setsid "$@" &
    attended=$!
    wait "$attended" || status=$?
    attended=
    return "$status"
}

# End what attend() waits for and let it clean up.
attend_stop()
{
    if [[ -n $attended ]]; then
        kill -TERM -- "-$attended" 2>/dev/null || true
        wait "$attended" 2>/dev/null || true
        attended=
    fi
}

# Have signals run the EXIT trap too.
exit_on_signals()
{
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

# quietly LOG WHAT COMMAND...: one line while it works, the log if it fails.
quietly()
{
    local log=$1 what=$2 start=$SECONDS status=0

    shift 2
    mkdir -p "$(dirname "$log")"
    printf '%s ... ' "$what"
    attend "$@" >"$log" 2>&1 </dev/null || status=$?
    if ((status == 0)); then
        printf 'done (%d s)\n' "$((SECONDS - start))"
    else
        printf 'failed\n'
        tail -n 60 "$log" >&2
        printf '%s: the whole log is %s\n' "${0##*/}" "$log" >&2
    fi
    return "$status"
}

# ----- tests

failed=0

# check NAME COMMAND...: one test, with what it printed if it failed.  A
# function stops at the first command that fails.
check()
{
    local name=$1 output status

    shift
    # Not in a condition, where bash forgets errexit in all that it runs.
    set +e
    output=$(set -e; "$@" 2>&1 </dev/null)
    status=$?
    set -e
    if ((status == 0)); then
        printf 'ok - %s\n' "$name"
    else
        failed=1
        printf 'not ok - %s\n' "$name"
        printf '%s\n' "$output" | sed 's/^/# /'
    fi
}

# Run a command that must succeed in silence.
silent()
{
    local output status=0

    output=$("$@" 2>&1) || status=$?
    if [[ -n $output ]]; then
        printf '%s\n' "$output"
        return 1
    fi
    return "$status"
}
