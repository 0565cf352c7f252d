#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The service for thousands of cycles, with a worker that needs no network:
# faults that come and go, processes killed, no log, no room, no processes, a
# clock that jumps.  Five minutes pass in milliseconds, by libfaketime.
#
# $ENDURANCE_SCENARIOS names those of endurance.py that are wanted, else all.

set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
# shellcheck source=tests/run.bash
source "$here/../run.bash"
# shellcheck source=tests/alone.bash
source "$here/../alone.bash"

# A machine without a log, whose name and name server are known, and the
# programs where the service's own user can reach them.
make_host()
{
    local node dev=$1/dev probe

    # "make check" builds it.
    probe=${SPNHEALTHD_FAKE_PROBE:-$(dirname "$SPNHEALTHD")/../../tests/endurance/fake_probe}
    [[ -x $probe ]] || die "no $probe: run \"make check\" in the build directory"
    cp "$SPNHEALTHD" "$1/spnhealthd"
    cp "$probe" "$1/probe"
    mkdir "$dev"
    mount -n -t tmpfs dev "$dev"
    for node in full null random urandom zero; do
        touch "$dev/$node"
        mount -n --bind "/dev/$node" "$dev/$node"
    done
    ln -s /proc/self/fd "$dev/fd"
    mkdir -m 1777 "$dev/shm"
    mount -n --rbind "$dev" /dev
    printf 'nameserver 192.0.2.53\n' >"$1/resolv.conf"
    printf '127.0.0.1 localhost\n192.0.2.9 mon.corp.example.com mon\n' >"$1/hosts"
    mount -n --bind "$1/resolv.conf" /etc/resolv.conf
    mount -n --bind "$1/hosts" /etc/hosts
    hostname mon
    # As systemd has it: alerts come by the hundred.
    sysctl -q -w net.unix.max_dgram_qlen=512
}

alone endurance "$here/test_endurance.sh" "${1:-}"
make_host "$state"
read -ra scenarios <<<"${ENDURANCE_SCENARIOS:-}"
SPNHEALTHD=$state/spnhealthd PYTHONDONTWRITEBYTECODE=1 \
    python3 "$here/endurance.py" "$state" "$state/probe" "${scenarios[@]}"
