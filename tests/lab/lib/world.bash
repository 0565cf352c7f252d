# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
#
# Bringing the lab up and down.

# The process ID, outside, of the lab's first process.
world_pid()
{
    local pid
    pid=$(cat "$LAB_DIR/pid" 2>/dev/null) || return 1
    # Only what is really ours: a number alone may have been used again.
    grep -qzx "SPNHEALTHD_LAB=$LAB_DIR" "/proc/$pid/environ" 2>/dev/null ||
        return 1
    printf '%s\n' "$pid"
}

world_status()
{
    if world_pid >/dev/null && [ -e "$LAB_DIR/ready" ]; then
        say "lab: up, in $LAB_DIR"
    else
        say 'lab: down'
        return 1
    fi
}

world_up()
{
    [ "$(id -u)" -eq 0 ] || die 'namespaces need root: run it as root'
    if world_pid >/dev/null; then
        die "one is up already, in $LAB_DIR: take it down first"
    fi
    world_remove
    mkdir -p "$LAB_DIR/log" "$LAB_DIR/world"
    touch "$LAB_DIR/.spnhealthd-lab"
    # An interrupted start leaves nothing.
    trap 'world_down; exit 1' INT TERM HUP
    trap '[ -e "$LAB_DIR/ready" ] || world_down' EXIT

    SPNHEALTHD_LAB=$LAB_DIR setsid unshare --mount --net --pid --uts --ipc \
        --fork --kill-child --mount-proc --propagation private \
        "$lab_self" _world </dev/null >"$LAB_DIR/log/world" 2>&1 &
    local parent=$!
    wait_until 10 "the lab's first process" test -e "/proc/$parent/task/$parent/children"
    wait_until 10 "the lab's first process" grep -q . "/proc/$parent/task/$parent/children"
    tr -d ' ' <"/proc/$parent/task/$parent/children" >"$LAB_DIR/pid"

    while ! [ -e "$LAB_DIR/ready" ]; do
        if ! kill -0 "$parent" 2>/dev/null; then
            say 'lab: did not come up; the end of its logs:'
            tail -n 15 "$LAB_DIR"/log/* >&2 || true
            exit 1
        fi
        sleep 0.1
    done
    disown "$parent"
    say "lab: up after $SECONDS s"
}

world_down()
{
    local pid
    if pid=$(world_pid); then
        kill -KILL "$pid" 2>/dev/null || true
        wait_until 10 "the lab's end" test ! -e "/proc/$pid"
    fi
    world_remove
}

# Remove the lab's folder, and nobody else's.
world_remove()
{
    [ -e "$LAB_DIR" ] || return 0
    if ! [ -e "$LAB_DIR/.spnhealthd-lab" ]; then
        rmdir "$LAB_DIR" 2>/dev/null ||
            die "$LAB_DIR is not a lab's folder: name another one in LAB_DIR"
        return
    fi
    rm -rf "$LAB_DIR"
}

# The lab's first process: makes the network and the hosts, then waits.
world_main()
{
    local host
    mount -t tmpfs -o mode=0755 lab "$LAB_DIR/world"
    ip link set lo up
    ip link add bridge type bridge
    ip link set bridge up
    for host in "${lab_hosts[@]}"; do
        world_add_host "$host"
    done
    directory_build
    touch "$LAB_DIR/ready"
    # As the namespace's first process it reaps whatever is orphaned.
    while :; do
        sleep 3600 &
        wait
    done
}

# Start a host and plug it into the bridge.
world_add_host()
{
    local host=$1
    mkdir -p "$LAB_DIR/world/$host"
    unshare --mount --net --uts --ipc --pid --fork --kill-child --mount-proc \
        --propagation private "$lab_self" _host "$host" \
        >"$LAB_DIR/log/$host" 2>&1 &
    local parent=$!
    wait_until 10 "$host's first process" \
        grep -q . "/proc/$parent/task/$parent/children"
    tr -d ' ' <"/proc/$parent/task/$parent/children" \
        >"$LAB_DIR/world/$host/pid"
    ip link add "v-$host" type veth peer name eth0 netns "$parent"
    ip link set "v-$host" master bridge up
    wait_until 10 "$host" test -e "$LAB_DIR/world/$host/ready"
}
