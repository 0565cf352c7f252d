# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
#
# Making the domain: run by the lab's first process.

directory_build()
{
    export SPNHEALTHD_LAB_INSIDE=yes
    directory_provision
    dc_start dc1
    directory_add_accounts
    directory_add_mail_server &
    local mail=$!
    directory_join_dc2
    dc_start dc2
    wait "$mail"
    directory_wait
}

# Options that make Samba quick to replicate and quiet otherwise.
directory_tune()
{
    sed -i '/dns forwarder/d; /^\[global\]/a \
	interfaces = lo eth0\
	bind interfaces only = yes\
	log file = '"$LAB_DIR"'/log/samba.%h\
	dns update command = /usr/sbin/samba_dnsupdate --use-samba-tool\
	dnsupdate:name interval = 86400\
	dreplsrv:periodic_startup_interval = 1\
	dreplsrv:periodic_interval = 5\
	dreplsrv:notify_interval = 1\
	kccsrv:periodic_startup_interval = 1\
	rpc server dynamic port range = 50000-50100' /etc/samba/smb.conf
}
export -f directory_tune

directory_provision()
{
    host_exec dc1 rm -f /etc/samba/smb.conf
    host_exec dc1 samba-tool domain provision --quiet \
        --realm="$lab_realm" --domain=CORP --adminpass="$lab_password" \
        --dns-backend=SAMBA_INTERNAL --host-ip="${lab_address[dc1]}" \
        >>"$LAB_DIR/log/dc1" 2>&1
    host_exec dc1 env LAB_DIR="$LAB_DIR" bash -c directory_tune
    directory_certify dc1
    # Wrong passwords are counted only while some number of them locks.
    host_exec dc1 samba-tool domain passwordsettings set --quiet \
        --min-pwd-age=0 --max-pwd-age=0 --history-length=0 --complexity=off \
        --account-lockout-threshold=10
}

directory_join_dc2()
{
    host_exec dc2 rm -f /etc/samba/smb.conf
    host_exec dc2 samba-tool domain join "$lab_domain" DC \
        -U Administrator --password="$lab_password" \
        --dns-backend=SAMBA_INTERNAL \
        --option='interfaces=lo eth0' --option='bind interfaces only=yes' \
        >>"$LAB_DIR/log/dc2" 2>&1
    host_exec dc2 env LAB_DIR="$LAB_DIR" bash -c directory_tune
    directory_certify dc2
}

# A DC's own certificate, which it would take seconds to make itself.
directory_certify()
{
    host_exec "$1" sh -c "
        cd /var/lib/samba/private && mkdir -p tls && cd tls && umask 077 &&
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
            -keyout key.pem -out cert.pem -subj /CN=$1.$lab_domain \
            -addext subjectAltName=DNS:$1.$lab_domain,IP:${lab_address[$1]} &&
        cp cert.pem ca.pem" >>"$LAB_DIR/log/$1" 2>&1
}

# Run a service in a host: service_run HOST OFFSET COMMAND...; an empty offset
# is the true time.
service_run()
{
    local host=$1 offset=$2
    local -a faked=(env)
    shift 2
    if [ -n "$offset" ]; then
        # Without the last one LDAP keeps the true time while the KDC lies.
        faked=(env "LD_PRELOAD=$(faketime_library)" "FAKETIME=$offset"
               FAKETIME_DONT_FAKE_MONOTONIC=1 LDB_MODULES_DISABLE_DEEPBIND=1)
    fi
    # Forked off, lest nsenter(1) waits, and stops when its child is stopped.
    host_exec "$host" setsid --fork "${faked[@]}" "$@" \
        </dev/null >>"$LAB_DIR/log/$host" 2>&1
}

# Start a DC's time service: dc_start_ntp DC [OFFSET]
dc_start_ntp()
{
    host_exec "$1" pkill -KILL -x chronyd || true
    wait_until 10 "the end of $1's time service" ntp_is_stopped "$1"
    host_exec "$1" sh -c 'rm -f /run/chrony.pid; printf "%s\n" \
        "local stratum 3" allow "bindcmdaddress /" "cmdport 0" \
        "pidfile /run/chrony.pid" >/etc/chrony/lab.conf'
    service_run "$1" "${2:-}" chronyd -x -n -u root -f /etc/chrony/lab.conf
}

ntp_is_stopped()
{
    ! host_exec "$1" pgrep -x chronyd
}

# Start a DC's services: dc_start DC [OFFSET]
dc_start()
{
    local dc=$1 offset=${2:-}
    # What a killed Samba leaves there keeps the next one from replicating.
    host_exec "$dc" sh -c 'rm -rf /run/samba/*'
    service_run "$dc" "$offset" samba -F --no-process-group
    dc_start_ntp "$dc" "$offset"
    wait_until 30 "$dc's directory" dc_answers "$dc"
    wait_until 30 "$dc's KDC" host_exec "$dc" nc -z "${lab_address[$dc]}" 88
    wait_until 30 "$dc's KDC's passwords" \
        host_exec "$dc" nc -z "${lab_address[$dc]}" 464
    wait_until 30 "$dc's global catalog" \
        host_exec "$dc" nc -z "${lab_address[$dc]}" 3268
    wait_until 30 "$dc's DNS" host_exec "$dc" nc -z "${lab_address[$dc]}" 53
    wait_until 30 "$dc's SMB" host_exec "$dc" nc -z "${lab_address[$dc]}" 445
    wait_until 30 "$dc's RPC" host_exec "$dc" nc -z "${lab_address[$dc]}" 135
}

dc_answers()
{
    host_exec "$1" ldapsearch -x -LLL -o nettimeout=2 -l 2 \
        -H "ldap://${lab_address[$1]}" -s base -b '' currentTime
}

# What a DC runs, as pkill and pgrep -f match it.
dc_programs='^(samba|smbd|winbindd|chronyd|/usr/(s?bin|lib/[^ ]*)/(samba|smbd|winbindd|chronyd|samba-bgqd))'

# End a DC's services.
dc_stop()
{
    host_exec "$1" pkill -KILL -f "$dc_programs" || true
    wait_until 10 "the end of $1's services" dc_is_stopped "$1"
}

dc_is_stopped()
{
    ! host_exec "$1" pgrep -f "$dc_programs"
}

# The monitoring account, and accounts that are of no use until a fault uses
# them: all with AES keys, made with the enctypes that are told.
directory_add_accounts()
{
    {
        account_to_add "$lab_monitor" user monitor 66048 24 "$lab_monitor_password"
        account_to_add "$lab_mail2" computer 'MAIL2$' 4096 28 Machine-2 \
            "dNSHostName: mail2.$lab_domain"
        account_to_add "$lab_oldmail" computer 'OLDMAIL$' 4096 28 Machine-0 \
            "dNSHostName: gone.$lab_domain"
        account_to_add "$lab_mail3" computer 'MAIL3$' 4096 28 Machine-3 \
            "dNSHostName: mail3.$lab_domain"
        account_to_add "$lab_mail4" user svc-mail4 66048 24 Service-4
        account_to_add "$lab_mail5" user svc-mail5 66048 24 Service-5
    } | host_exec dc1 ldbadd -H "$lab_sam" >/dev/null
    keytab_copy mon "$lab_keytab" monitor
}

# An account's entry as ldbadd(1) reads it: account_to_add DN CLASS NAME
# CONTROL ETYPES PASSWORD [LINE]
account_to_add()
{
    printf 'dn: %s\nobjectClass: %s\nsAMAccountName: %s\n' "$1" "$2" "$3"
    printf 'userAccountControl: %s\nmsDS-SupportedEncryptionTypes: %s\n' "$4" "$5"
    printf 'unicodePwd:: %s\n' "$(password_encoded "$6")"
    printf '%s\n' "${@:7}" ''
}

# A password as the directory takes it: in UTF-16, quoted, in base64.
password_encoded()
{
    printf '"%s"' "$1" | iconv -t UTF-16LE | base64 -w 0
}

# Have a host hold keys as dc1 has them: keytab_copy HOST FILE PRINCIPAL...
keytab_copy()
{
    local host=$1 file=$2 principal
    shift 2
    host_exec dc1 rm -f /run/copied.keytab
    for principal in "$@"; do
        host_exec dc1 samba-tool domain exportkeytab /run/copied.keytab \
            --principal="$principal" >/dev/null
    done
    host_exec dc1 cat /run/copied.keytab |
        host_exec "$host" sh -c "mkdir -p '${file%/*}' && cat >'$file'"
}

# Have the mail server, and the monitoring host, hold the mail server's keys.
keytab_copy_mail()
{
    keytab_copy mail1 /etc/krb5.keytab SMTP/mail1 "SMTP/mail1.$lab_domain"
    host_exec mail1 sh -c 'chmod 640 /etc/krb5.keytab && chgrp postfix /etc/krb5.keytab'
    host_exec mail1 cat /etc/krb5.keytab |
        host_exec mon sh -c "cat >'$lab_mail_keytab'"
}

# An account's new password on one DC: directory_set_password DC DN PASSWORD
directory_set_password()
{
    directory_modify "$1" "$2" 'replace: unicodePwd' \
        "unicodePwd:: $(password_encoded "$3")"
}

# Change an object on one DC: directory_modify DC DN LINE...
directory_modify()
{
    local dc=$1 dn=$2
    shift 2
    {
        printf 'dn: %s\nchangetype: modify\n' "$dn"
        printf '%s\n' "$@"
    } | host_exec "$dc" ldbmodify -H "$lab_sam" >/dev/null
}

# A mail server as "net ads join" leaves it, with Postfix, and with SMB for
# those who want to know whether it has its own key.  Names of further mail
# servers lead to another address of it, where SMB is not.
directory_add_mail_server()
{
    local name
    host_exec mail1 sh -c "cat >/etc/samba/smb.conf" <<TEXT
[global]
    security = ADS
    workgroup = CORP
    realm = $lab_realm
    kerberos method = secrets and keytab
    machine password timeout = 0
    map to guest = Bad Uid
    interfaces = lo ${lab_address[mail1]}
    bind interfaces only = yes
TEXT
    wait_until 30 "mail1's joining" host_exec mail1 net ads join \
        -U "Administrator%$lab_password" --no-dns-updates -S "dc1.$lab_domain" \
        "machinepass=$lab_machine_password"
    directory_modify dc1 "$lab_mail1" 'add: servicePrincipalName' \
        'servicePrincipalName: SMTP/mail1' \
        "servicePrincipalName: SMTP/mail1.$lab_domain" \
        'servicePrincipalName: SMTPSVC/mail1' \
        "servicePrincipalName: SMTPSVC/mail1.$lab_domain"
    keytab_copy_mail
    host_exec mail1 ip address add "$lab_more_address/24" dev eth0
    directory_dns add dc1 mail1 A "${lab_address[mail1]}"
    directory_dns add dc1 mon A "${lab_address[mon]}"
    for name in mail3 mail4 mail5; do
        directory_dns add dc1 "$name" A "$lab_more_address"
    done
    host_exec mail1 bash -s <<TEXT
cat >/etc/postfix/main.cf <<CF
compatibility_level = 3.6
myhostname = mail1.$lab_domain
mydestination = \\\$myhostname, $lab_domain
inet_protocols = ipv4
maillog_file = /var/log/postfix.log
smtpd_sasl_auth_enable = yes
smtpd_sasl_security_options = noanonymous
import_environment = KRB5_KTNAME=/etc/krb5.keytab
alias_maps =
CF
mkdir -p /etc/postfix/sasl
printf 'mech_list: GSSAPI\n' >/etc/postfix/sasl/smtpd.conf
postconf -F '*/*/chroot = n'
postfix start
TEXT
    mail_start_smb ''
}

# Start the mail server's SMB anew; an empty offset is the true time:
# mail_start_smb OFFSET
mail_start_smb()
{
    local program
    for program in smbd winbindd; do
        host_exec mail1 pkill -KILL -x "$program" || true
    done
    wait_until 10 "the end of mail1's SMB" smb_is_stopped
    for program in winbindd smbd; do
        service_run mail1 "$1" "$program" -F --no-process-group
    done
    wait_until 30 "mail1's SMB" \
        host_exec mail1 nc -z "${lab_address[mail1]}" 445
}

smb_is_stopped()
{
    ! host_exec mail1 pgrep -x 'smbd|winbindd'
}

# directory_dns add|delete DC NAME TYPE DATA
directory_dns()
{
    local action=$1 dc=$2
    shift 2
    host_exec "$dc" samba-tool dns "$action" "${lab_address[$dc]}" "$lab_domain" "$@" \
        -U Administrator --password="$lab_password" >/dev/null
}

# Have DEST take in what SOURCE has, in all partitions or one:
# directory_replicate SOURCE DEST [PARTITION]
directory_replicate()
{
    local partition
    local -a partitions=("$lab_base" "DC=DomainDnsZones,$lab_base"
        "DC=ForestDnsZones,$lab_base" "CN=Configuration,$lab_base")
    [ $# -eq 2 ] || partitions=("$3")
    for partition in "${partitions[@]}"; do
        host_exec "$2" timeout 30 samba-tool drs replicate "$2.$lab_domain" \
            "$1.$lab_domain" "$partition" -U Administrator \
            --password="$lab_password" >/dev/null
    done
}

# Until both DCs answer all that a healthy domain answers.
directory_wait()
{
    local dc name
    wait_until 60 'replication to dc1' directory_replicate dc2 dc1
    wait_until 60 'replication to dc2' directory_replicate dc1 dc2
    host_exec dc2 sed -i "s/^nameserver.*/nameserver ${lab_address[dc2]}/" /etc/resolv.conf
    for dc in "${lab_dcs[@]}"; do
        for name in _ldap._tcp.dc._msdcs _kerberos._tcp _kerberos._udp \
                    _gc._tcp _kpasswd._udp; do
            wait_until 60 "$name for both DCs on $dc" \
                dns_has_both "$dc" "$name.$lab_domain"
        done
    done
    # Only now: dc2's own records at the same node would overrule an earlier one.
    directory_dns add dc1 @ MX "mail1.$lab_domain 10"
    for dc in "${lab_dcs[@]}"; do
        wait_until 60 "the mail server's SPNs on $dc" spns_are "$dc" 'MAIL1$' \
            "SMTPSVC/mail1.$lab_domain"
        wait_until 60 "the MX record on $dc" dns_finds "$dc" MX "$lab_domain" mail1
        wait_until 60 "the mail server's address on $dc" \
            dns_finds "$dc" A "mail1.$lab_domain" "${lab_address[mail1]}"
        wait_until 60 "a ticket from $dc" monitor_gets_ticket "$dc"
        wait_until 60 "NTP from $dc" ntp_serves "$dc"
    done
    wait_until 30 "the mail server's greeting" smtp_greets
}

dns_has_both()
{
    local answer
    answer=$(host_exec mon dig +short +time=1 +tries=1 "@${lab_address[$1]}" SRV "$2")
    [[ $answer = *dc1.* && $answer = *dc2.* ]]
}

# dns_finds DC TYPE NAME TEXT
dns_finds()
{
    host_exec mon dig +short +time=1 +tries=1 "@${lab_address[$1]}" "$3" "$2" |
        grep -q -- "$4"
}

# Whether a DC shows an SPN on an account: spns_are DC ACCOUNT SPN
spns_are()
{
    host_exec "$1" ldbsearch -H "$lab_sam" \
        "(&(sAMAccountName=$2)(servicePrincipalName=$3))" dn | grep -q '^dn:'
}

monitor_gets_ticket()
{
    host_exec mon sh -c "
        printf '[libdefaults]\ndns_lookup_kdc = false\n[realms]\n$lab_realm = {\nkdc = ${lab_address[$1]}\n}\n' >/run/one-kdc.conf
        KRB5_CONFIG=/run/one-kdc.conf kinit -c MEMORY: -kt $lab_keytab $lab_principal"
}

ntp_serves()
{
    [ -n "$(host_measure_ntp "$1")" ]
}

smtp_greets()
{
    host_exec mon sh -c "printf 'QUIT\r\n' | nc -w 3 ${lab_address[mail1]} 25" |
        grep -q '^220'
}
