# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
#
# Suites that run servers of their own where nobody else sees them: sourced,
# never run.

# alone NAME SCRIPT ARGUMENT: run the rest of a script in new namespaces, whose
# processes all end with it.  To be called with the script's first argument,
# which is --inside on the second time; returns only then, with $state an
# empty folder that goes with the namespaces.
alone()
{
    local name=$1 script=$2 folder status=0

    if [[ ${3:-} != --inside || $$ != 1 ]]; then
        ((EUID == 0)) || die "namespaces need root"
        trap attend_stop EXIT
        exit_on_signals
        attend setpriv --pdeathsig KILL unshare --mount --net --uts --ipc --pid --fork \
            --kill-child --mount-proc --propagation private "$script" --inside ||
            status=$?
        exit "$status"
    fi
    exit_on_signals
    # This tree may lie in one of the folders that are replaced.
    mount --bind "$top" /mnt
    for folder in /run /var/lib /var/tmp; do
        mount -t tmpfs -o mode=0755 "$name" "$folder"
    done
    if ! [[ -e $script ]]; then
        mkdir -p "$top"
        mount --bind /mnt "$top"
    fi
    state=/run/$name
    mkdir "$state"
    SPNHEALTHD=${SPNHEALTHD:-$builds/gcc/root/sbin/spnhealthd}
    export SPNHEALTHD_PROBE=${SPNHEALTHD_PROBE:-$builds/gcc/root/libexec/spnhealthd-probe}
}
