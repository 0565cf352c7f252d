# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
#
# One host: its own network, name, processes, and a private /etc, /var and
# /run over the machine's, so that programs find everything at its usual place.

host_main()
{
    local host=$1 folder upper
    for folder in etc var; do
        upper=$LAB_DIR/world/$host/$folder
        mkdir -p "$upper/new" "$upper/work"
        mount -t overlay -o "lowerdir=/$folder,upperdir=$upper/new,workdir=$upper/work" \
            overlay "/$folder"
    done
    # What the lab itself keeps under /run stays visible in the new one.
    mkdir -p "$LAB_DIR/world/$host/run"
    mount -n -t tmpfs -o mode=0755 run "$LAB_DIR/world/$host/run"
    mkdir -p "$LAB_DIR/world/$host/run${LAB_DIR#/run}"
    mount --rbind "$LAB_DIR" "$LAB_DIR/world/$host/run${LAB_DIR#/run}"
    mount -n --move "$LAB_DIR/world/$host/run" /run
    mkdir -p /run/lock /run/samba
    # libfaketime's shared memory goes away with the host.
    mount -n -t tmpfs -o mode=1777 shm /dev/shm

    hostname "$host"
    host_write_etc "$host"
    # Every refused datagram is answered, not one a second: tests are impatient.
    sysctl -q -w net.ipv4.icmp_ratelimit=0
    ip link set lo up
    wait_until 10 'the network' ip link show eth0
    ip address add "${lab_address[$host]}/24" dev eth0
    ip link set eth0 up
    touch "$LAB_DIR/world/$host/ready"
    while :; do
        sleep 3600 &
        wait
    done
}

# What every host's /etc says of the domain.
host_write_etc()
{
    local host=$1
    printf '%s\n' "$host" >/etc/hostname
    printf '127.0.0.1 localhost\n%s %s.%s %s\n' \
        "${lab_address[$host]}" "$host" "$lab_domain" "$host" >/etc/hosts
    rm -f /etc/resolv.conf /etc/krb5.keytab
    {
        printf 'search %s\n' "$lab_domain"
        # A DC asks itself first once it is one.
        case $host in
        dc2) printf 'nameserver %s\n' "${lab_address[dc1]}" ;;
        *)   printf 'nameserver %s\n' "${lab_address[dc1]}" "${lab_address[dc2]}" ;;
        esac
        printf 'options timeout:1 attempts:1\n'
    } >/etc/resolv.conf
    cat >/etc/krb5.conf <<TEXT
[libdefaults]
    default_realm = $lab_realm
    dns_lookup_realm = false
    dns_lookup_kdc = true
    dns_canonicalize_hostname = false
    rdns = false
TEXT
}

# Run a command in a host: host_exec [--clock OFFSET] HOST COMMAND...
host_exec()
{
    local -a clock=()
    if [ "${1:-}" = --clock ]; then
        clock=(env "LD_PRELOAD=$(faketime_library)" "FAKETIME=$2"
               FAKETIME_DONT_FAKE_MONOTONIC=1
               "ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0")
        shift 2
    fi
    [ $# -ge 2 ] || die 'exec needs a host and a command'
    local host=$1 pid inner
    shift
    if [ -e "/proc/1/environ" ] && [ "${SPNHEALTHD_LAB_INSIDE:-}" = yes ]; then
        inner=$(cat "$LAB_DIR/world/$host/pid")
        nsenter -t "$inner" -m -n -u -i -p --wdns="$PWD" "${clock[@]}" "$@"
        return
    fi
    pid=$(world_pid) || die 'the lab is down: bring it up first'
    [ -n "${lab_address[$host]:-}" ] || die "no host $host: ${lab_hosts[*]}"
    inner=$(cat "/proc/$pid/root$LAB_DIR/world/$host/pid")
    nsenter -t "$pid" -m -p -- \
        nsenter -t "$inner" -m -n -u -i -p --wdns="$PWD" "${clock[@]}" "$@"
}

# The file, outside of the lab, that stands for a host's network namespace:
# host_network HOST
host_network()
{
    local host=$1 pid inner
    pid=$(world_pid) || die 'the lab is down: bring it up first'
    [ -n "${lab_address[$host]:-}" ] || die "no host $host: ${lab_hosts[*]}"
    inner=$(cat "/proc/$pid/root$LAB_DIR/world/$host/pid")
    printf '%s\n' "/proc/$pid/root/proc/$inner/ns/net"
}

# Where libfaketime is on this architecture.
faketime_library()
{
    local library
    for library in /usr/lib/*/faketime/libfaketime.so.1; do
        [ -e "$library" ] && printf '%s\n' "$library" && return
    done
    die 'libfaketime is not installed'
}

# The offset of a host's NTP service, as chronyd in mon measures it.
host_measure_ntp()
{
    host_exec mon chronyd -Q -t 5 -f /dev/null \
        "server ${lab_address[$1]} iburst maxsamples 1" 2>&1 |
        sed -n 's/.*System clock wrong by \(-\{0,1\}[0-9.]*\) seconds.*/\1/p'
}
