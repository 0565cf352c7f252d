# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
#
# A machine on the lab's network, not yet with the service: sourced after
# machine.bash and service.bash.

spn=SMTPSVC/mail1.corp.example.com
build=$builds/usr
scratch=$(mktemp -d -p "${TMPDIR:-/var/tmp}" spnhealthd-system.XXXXXX)
chmod 755 "$scratch"
root=$scratch/root

# In the machine.
state=/var/lib/spnhealthd
keytab=/etc/spnhealthd/monitor.keytab

lab_mine=
lab_starting=

cleanup()
{
    attend_stop
    machine_down
    if [[ -n $lab_starting ]]; then
        kill -TERM "$lab_starting" 2>/dev/null || true
        wait "$lab_starting" 2>/dev/null || true
    fi
    if [[ -n $lab_mine ]]; then
        "$lab" down >/dev/null 2>&1 || true
    fi
    rm -rf --one-file-system "$scratch"
}

prepare()
{
    ((EUID == 0)) || die "booting a root file system needs root"
    trap cleanup EXIT
    exit_on_signals
    if ! "$lab" status >/dev/null 2>&1; then
        lab_mine=yes
        "$lab" up >"$scratch/lab.log" 2>&1 &
        lab_starting=$!
    fi
    # While the lab waits for its servers.
    make_root "$root" systemd-sysv libgssapi-krb5-2 libjansson4 libldap-2.5-0 \
        libsasl2-modules-gssapi-mit libyaml-0-2
    quietly "$scratch/build.log" "building for /usr" "$top/tests/run-build" usr
    if [[ -n $lab_starting ]]; then
        wait "$lab_starting" || die "no lab: $(cat "$scratch/lab.log")"
        lab_starting=
    fi
    join_domain
    machine_boot "$root" "$("$lab" network mon)"
}

# Tell the machine what the lab's monitoring host knows of the domain.
join_domain()
{
    local file

    for file in /etc/hostname /etc/hosts /etc/resolv.conf /etc/krb5.conf; do
        "$lab" exec mon cat "$file" >"$root$file"
    done
    mkdir "$root/etc/spnhealthd"
    (umask 077 && "$lab" exec mon cat "$lab_keytab" >"$root$keytab")
}

# lab_does break|heal FAULT
lab_does()
{
    "$lab" "$@" >"$scratch/lab.log" 2>&1 || die "lab $*: $(cat "$scratch/lab.log")"
}

# configure NAME INTERVAL [LINE...]: write the configuration NAME.yaml.
configure()
{
    local file=$root/etc/spnhealthd/$1.yaml interval=$2 name

    shift 2
    {
        echo "domain: corp.example.com"
        echo "credentials: {principal: monitor@CORP.EXAMPLE.COM, keytab: \"credential:keytab\"}"
        echo "checks:"
        for name in spn duplicates clock ports; do
            echo "  $name: {interval: $interval}"
        done
        printf '%s\n' "$@"
    } >"$file"
}

# drop_in UNIT LINE...: for its [Service], beside what is installed.
drop_in()
{
    local folder=$root/etc/systemd/system/$1.d

    shift
    mkdir -p "$folder"
    printf '%s\n' "[Service]" "$@" >"$folder/test.conf"
}
