# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
#
# Who is in the lab.

lab_domain=corp.example.com
lab_realm=CORP.EXAMPLE.COM
lab_base=DC=corp,DC=example,DC=com
lab_hosts=(dc1 dc2 mail1 mon)
lab_dcs=(dc1 dc2)
declare -A lab_address=(
    [dc1]=10.53.0.1 [dc2]=10.53.0.2 [mail1]=10.53.0.3 [mon]=10.53.0.4
)

# Of the throw-away domain's administrator.
lab_password=Lab-Passw0rd

# As the hosts see it.
lab_keytab=/etc/spnhealthd/monitor.keytab
lab_principal=monitor@$lab_realm

say()
{
    printf '%s\n' "$*" >&2
}

die()
{
    say "lab: $*"
    exit 1
}

# Wait until a command succeeds: until SECONDS WHAT COMMAND...
wait_until()
{
    local deadline=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        if [ "$SECONDS" -ge "$deadline" ]; then
            die "$what did not come about: $*"
        fi
        sleep 0.2
    done
}
