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

# Of the throw-away domain's administrator, and of accounts.
lab_password=Lab-Passw0rd
lab_machine_password=Machine-1
lab_monitor_password=Monitor-1

# A second address of mail1's: of all mail servers that only have a name.
lab_more_address=10.53.0.5

lab_monitor="CN=monitor,CN=Users,$lab_base"
lab_mail1="CN=mail1,CN=Computers,$lab_base"
lab_mail2="CN=MAIL2,CN=Computers,$lab_base"
lab_mail3="CN=MAIL3,CN=Computers,$lab_base"
lab_mail4="CN=svc-mail4,CN=Users,$lab_base"
lab_mail5="CN=svc-mail5,CN=Users,$lab_base"
lab_oldmail="CN=OLDMAIL,CN=Computers,$lab_base"

# How late a DC is when it is cut off: more than a test's limit.
lab_late_s=7
lab_late_limit_s=5

# As the hosts see it.
lab_sam=/var/lib/samba/private/sam.ldb
lab_keytab=/etc/spnhealthd/monitor.keytab
lab_mail_keytab=/etc/spnhealthd/mail1.keytab
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

# Wait until a command succeeds: wait_until SECONDS WHAT COMMAND...  A machine
# that is busy with other things gets three times as long.
wait_until()
{
    local deadline=$((SECONDS + 3 * $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        if [ "$SECONDS" -ge "$deadline" ]; then
            die "$what did not come about: $*"
        fi
        sleep 0.2
    done
}
