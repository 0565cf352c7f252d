# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
#
# A machine with systemd as its first process, on a network of the lab: sourced
# after run.bash.
#
# All of it is in one PID and one mount namespace: when their first process
# ends, nothing of it is left but its control group.

machine_group=spnhealthd-system.$$
# Of what made the namespaces, of the first process in them, and of systemd.
machine=
machine_first=
machine_leader=
# What the machine says before it can be asked.
machine_console=

# The only child of a process, once it has one and it is called so.
child_called()
{
    local child

    child=$(pgrep -P "$1" -x "$2") && printf '%s\n' "$child"
}

# machine_boot ROOT NETWORK: boot the folder ROOT, whose network is that of the
# namespace in the file NETWORK.
machine_boot()
{
    local root=$1 network=$2

    machine_console=$root.console
    # However this script ends, the machine does so too.
    setpriv --pdeathsig KILL nsenter --net="$network" \
        unshare --mount --propagation private --pid --mount-proc --fork --kill-child \
        "$top/tests/system/boot" "$root" "$machine_group" \
        >"$machine_console" 2>&1 </dev/null &
    machine=$!
    await "the machine" child_called "$machine" systemd-nspawn >/dev/null
    machine_first=$(child_called "$machine" systemd-nspawn)
    await "its systemd" child_called "$machine_first" systemd >/dev/null
    machine_leader=$(child_called "$machine_first" systemd)
    await "the end of booting" machine_booted
}

machine_booted()
{
    inside systemctl is-system-running | grep -qE '^(running|degraded)$'
}

# inside COMMAND...: run it in the machine, as root.
inside()
{
    nsenter --target "$machine_leader" --all --wd=/ \
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root "$@"
}

machine_down()
{
    if [[ -n $machine ]]; then
        if [[ -z $machine_leader ]]; then
            cat "$machine_console"
        fi
        # The kernel ends the others, and the first only after them.
        kill -KILL "${machine_first:-$machine}" 2>/dev/null || true
        wait "$machine" 2>/dev/null || true
        machine=
        # shellcheck disable=SC2016  # for the inner shell
        unshare --mount --propagation private bash -c '
            if [[ $(stat -f -c %T /sys/fs/cgroup) != cgroup2fs ]]; then
                mount -t cgroup2 cgroup2 /sys/fs/cgroup
            fi
            find "/sys/fs/cgroup/$0" -depth -type d -exec rmdir {} +' "$machine_group" ||
            true
    fi
}
