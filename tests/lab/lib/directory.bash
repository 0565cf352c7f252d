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
	dreplsrv:periodic_interval = 10\
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
    host_exec dc1 samba-tool domain passwordsettings set --quiet \
        --min-pwd-age=0 --max-pwd-age=0 --history-length=0 --complexity=off
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

# Run a service in a DC: dc_run DC OFFSET COMMAND...; an empty offset is the
# true time.
dc_run()
{
    local dc=$1 offset=$2
    local -a faked=(env)
    shift 2
    if [ -n "$offset" ]; then
        # Without the last one LDAP keeps the true time while the KDC lies.
        faked=(env "LD_PRELOAD=$(faketime_library)" "FAKETIME=$offset"
               FAKETIME_DONT_FAKE_MONOTONIC=1 LDB_MODULES_DISABLE_DEEPBIND=1)
    fi
    # Forked off, lest nsenter(1) waits, and stops when its child is stopped.
    host_exec "$dc" setsid --fork "${faked[@]}" "$@" \
        </dev/null >>"$LAB_DIR/log/$dc" 2>&1
}

# Start a DC's time service: dc_start_ntp DC [OFFSET]
dc_start_ntp()
{
    host_exec "$1" pkill -KILL -x chronyd || true
    wait_until 10 "the end of $1's time service" ntp_is_stopped "$1"
    host_exec "$1" sh -c 'rm -f /run/chrony.pid; printf "%s\n" \
        "local stratum 3" allow "bindcmdaddress /" "cmdport 0" \
        "pidfile /run/chrony.pid" >/etc/chrony/lab.conf'
    dc_run "$1" "${2:-}" chronyd -x -n -u root -f /etc/chrony/lab.conf
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
    dc_run "$dc" "$offset" samba -F --no-process-group
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

directory_add_accounts()
{
    local account
    host_exec dc1 samba-tool user create monitor --random-password --use-username-as-cn >/dev/null
    host_exec dc1 samba-tool user setexpiry monitor --noexpiry >/dev/null
    account_set_etypes monitor 24
    # The key follows the enctypes at the next change of the password.
    host_exec dc1 samba-tool user setpassword monitor \
        --newpassword="Monitor-$RANDOM-$RANDOM-$RANDOM" >/dev/null
    host_exec dc1 samba-tool domain exportkeytab /etc/monitor.keytab \
        --principal=monitor >/dev/null
    host_exec dc1 cat /etc/monitor.keytab |
        host_exec mon sh -c 'mkdir -p /etc/spnhealthd && cat >/etc/spnhealthd/monitor.keytab'
    for account in MAIL2 OLDMAIL; do
        host_exec dc1 samba-tool computer create "$account" >/dev/null
        account_set_etypes "$account\$" 28
    done
    # Enabled, with no password to be had.
    for account in MAIL2 OLDMAIL; do
        directory_modify dc1 "CN=$account,CN=Computers,$lab_base" \
            'replace: userAccountControl' 'userAccountControl: 4128'
    done
    directory_modify dc1 "CN=MAIL2,CN=Computers,$lab_base" \
        'replace: dNSHostName' "dNSHostName: mail2.$lab_domain"
    directory_modify dc1 "CN=OLDMAIL,CN=Computers,$lab_base" \
        'replace: dNSHostName' "dNSHostName: gone.$lab_domain"
}

account_set_etypes()
{
    local dn
    dn=$(host_exec dc1 ldbsearch -H /var/lib/samba/private/sam.ldb \
        "(sAMAccountName=$1)" dn | sed -n 's/^dn: //p')
    directory_modify dc1 "$dn" 'replace: msDS-SupportedEncryptionTypes' \
        "msDS-SupportedEncryptionTypes: $2"
}

# Change an object on one DC: directory_modify DC DN LINE...
directory_modify()
{
    local dc=$1 dn=$2
    shift 2
    {
        printf 'dn: %s\nchangetype: modify\n' "$dn"
        printf '%s\n' "$@"
    } | host_exec "$dc" ldbmodify -H /var/lib/samba/private/sam.ldb >/dev/null
}

# A mail server as "net ads join" leaves it, with Postfix.
directory_add_mail_server()
{
    local spn
    host_exec mail1 sh -c "cat >/etc/samba/smb.conf" <<TEXT
[global]
    security = ADS
    workgroup = CORP
    realm = $lab_realm
    kerberos method = secrets and keytab
    interfaces = lo eth0
    bind interfaces only = yes
TEXT
    wait_until 30 "mail1's joining" host_exec mail1 net ads join \
        -U "Administrator%$lab_password" --no-dns-updates -S "dc1.$lab_domain"
    for spn in SMTP/mail1 "SMTP/mail1.$lab_domain" \
               SMTPSVC/mail1 "SMTPSVC/mail1.$lab_domain"; do
        host_exec dc1 samba-tool spn add "$spn" 'MAIL1$' >/dev/null
    done
    for spn in SMTP/mail1 "SMTP/mail1.$lab_domain"; do
        host_exec dc1 samba-tool domain exportkeytab /etc/mail1.keytab \
            --principal="$spn" >/dev/null
    done
    host_exec dc1 cat /etc/mail1.keytab |
        host_exec mail1 sh -c 'cat >/etc/krb5.keytab && chmod 640 /etc/krb5.keytab && chgrp postfix /etc/krb5.keytab'
    directory_dns add dc1 mail1 A "${lab_address[mail1]}"
    directory_dns add dc1 mon A "${lab_address[mon]}"
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
}

# directory_dns add|delete DC NAME TYPE DATA
directory_dns()
{
    local action=$1 dc=$2
    shift 2
    host_exec "$dc" samba-tool dns "$action" "${lab_address[$dc]}" "$lab_domain" "$@" \
        -U Administrator --password="$lab_password" >/dev/null
}

# Have DEST take in all that SOURCE has: directory_replicate SOURCE DEST
directory_replicate()
{
    local partition
    for partition in "$lab_base" "DC=DomainDnsZones,$lab_base" \
                     "DC=ForestDnsZones,$lab_base" "CN=Configuration,$lab_base"; do
        host_exec "$2" samba-tool drs replicate "$2.$lab_domain" \
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
    host_exec "$1" ldbsearch -H /var/lib/samba/private/sam.ldb \
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
