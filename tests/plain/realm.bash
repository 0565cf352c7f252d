# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# A Kerberos realm and a directory that are no Active Directory, with DNS and
# a mail server, each host an address of this network namespace's loopback:
# sourced, never run.

realm=PLAIN.EXAMPLE
domain=plain.example
base=dc=plain,dc=example
admin=cn=admin,$base
mail_entry=cn=mail,ou=hosts,$base
backup_entry=cn=backup,ou=hosts,$base
monitor=mon

# The hosts, as host=address: "all" has KDC, kadmind, slapd and DNS; the
# others one of them each, kdc2 no kadmind.
declare -A address_of=(
    [all]=10.77.0.1 [kdc1]=10.77.0.11 [kdc2]=10.77.0.12 [ldap]=10.77.0.13
    [mail]=10.77.0.25 [ns]=10.77.0.53 [mon]=10.77.0.100
)

faketime=$(compgen -G '/usr/lib/*/faketime/libfaketime.so.1' || true)

accepts()
{
    (: <"/dev/tcp/$1/$2") 2>/dev/null
}

# ----- servers: each has a name, its process ID in a file of that name

# start NAME COMMAND...
start()
{
    local name=$1

    shift
    "$@" >"$state/$name.out" 2>&1 </dev/null &
    echo $! >"$state/$name.pid"
}

ended()
{
    ! kill -0 "$1"
}

stop()
{
    local name pid

    for name; do
        pid=$(cat "$state/$name.pid")
        kill -CONT "$pid"
        kill -TERM "$pid"
        await "the end of $name" ended "$pid"
        rm "$state/$name.pid"
    done
}

# send SIGNAL NAME
send()
{
    kill "-$1" "$(cat "$state/$2.pid")"
}

# ----- the network

make_network()
{
    local host

    ip link set lo up
    for host in "${!address_of[@]}"; do
        ip address add "${address_of[$host]}/24" dev lo
    done
    hostname "$monitor.$domain"
    printf '127.0.0.1 localhost\n' >"$state/hosts"
    for host in "${!address_of[@]}"; do
        printf '%s %s.%s\n' "${address_of[$host]}" "$host" "$domain" >>"$state/hosts"
    done
    # What resolves here, for servers and program alike.
    mount --bind "$state/hosts" /etc/hosts
    printf 'nameserver %s\n' "${address_of[ns]}" >"$state/resolv.conf"
    mount --bind "$state/resolv.conf" /etc/resolv.conf
}

# cut_off HOST: what is sent there is lost, until reconnect.
cut_off()
{
    nft "table inet plain { chain input { type filter hook input priority 0;
        ip daddr ${address_of[$1]} drop; }; }"
}

reconnect()
{
    nft delete table inet plain
}

# A host name as the data of a DNS record, in hexadecimal.
dns_name()
{
    local label IFS=.

    for label in $1; do
        printf '%02x' "${#label}"
        printf '%s' "$label" | od -An -tx1 -v | tr -d ' \n'
    done
    printf '00'
}

# start_dns NAME RECORD...: records as dnsmasq's options have them, in
# addition to the hosts' addresses and the MX.  NAME is the domain's NS.
start_dns()
{
    local name=$1 host
    local -a records=()

    for host in "${!address_of[@]}"; do
        records+=("--host-record=$host.$domain,${address_of[$host]}")
    done
    start dns dnsmasq --keep-in-foreground --user=root --conf-file=/dev/null \
        --pid-file= --no-resolv --no-hosts --bind-interfaces \
        --listen-address="${address_of[ns]}" --listen-address="${address_of[$name]}" \
        --local="/$domain/" "${records[@]}" \
        --mx-host="$domain,mail.$domain,10" \
        --dns-rr="$domain,2,$(dns_name "$name.$domain")" "${@:2}"
    await "dnsmasq" accepts "${address_of[ns]}" 53
}

# ----- Kerberos

export KRB5_CONFIG=$state/krb5.conf

# kdc_conf NAME ADDRESS [PORT]: the configuration of a KDC at an address.
write_kdc_conf()
{
    cat >"$state/$1.conf" <<CONFIG
[kdcdefaults]
kdc_listen = $2:${3:-88}
kdc_tcp_listen = $2:${3:-88}
[realms]
$realm = {
    database_name = ${database:-$state/principal}
    key_stash_file = $state/stash
    acl_file = $state/kadm5.acl
    kadmind_listen = $2:749
    kpasswd_listen = $2:${4:-464}
}
[logging]
kdc = FILE:$state/$1.log
admin_server = FILE:$state/$1-kadmind.log
CONFIG
}

make_realm()
{
    local host

    cat >"$KRB5_CONFIG" <<CONFIG
[libdefaults]
default_realm = $realm
dns_lookup_kdc = false
dns_canonicalize_hostname = false
rdns = false
CONFIG
    : >"$state/kadm5.acl"
    write_kdc_conf make 127.0.0.1
    export KRB5_KDC_PROFILE=$state/make.conf
    kdb5_util create -s -r "$realm" -P throwaway
    kadmin.local add_principal +requires_preauth -randkey "$monitor"
    kadmin.local ktadd -norandkey -k "$state/mon.keytab" "$monitor"
    kadmin.local add_principal -randkey "smtp/mail.$domain"
    for host in all ldap; do
        kadmin.local add_principal -randkey "ldap/$host.$domain"
        kadmin.local ktadd -norandkey -k "$state/slapd.keytab" "ldap/$host.$domain"
    done
}

# start_kdc NAME HOST [PORT]; NAME is for start().  database: another than
# everybody's.
start_kdc()
{
    local name=$1 host=$2 port=${3:-88}

    write_kdc_conf "$name" "${address_of[$host]}" "$port"
    KRB5_KDC_PROFILE=$state/$name.conf start "$name" krb5kdc -n
    await "krb5kdc" accepts "${address_of[$host]}" "$port"
}

# start_kadmind NAME HOST [PORT]: the password service.
start_kadmind()
{
    local name=$1 host=$2 port=${3:-464}

    write_kdc_conf "$name" "${address_of[$host]}" 88 "$port"
    KRB5_KDC_PROFILE=$state/$name.conf start "$name" kadmind -nofork
    await "kadmind" accepts "${address_of[$host]}" "$port"
}

# start_skewed_kdc NAME HOST OFFSET: a KDC whose clock is off, as libfaketime
# puts it.
start_skewed_kdc()
{
    LD_PRELOAD=$faketime FAKETIME=$3 DONT_FAKE_MONOTONIC=1 start_kdc "$1" "$2"
}

# ----- LDAP

# Accounts as somebody would make them without Active Directory: attributes of
# msuser.schema, but neither its classes nor userAccountControl.
write_entries()
{
    cat <<LDIF
dn: $base
objectClass: organization
objectClass: dcObject
dc: plain
o: Plain

dn: ou=hosts,$base
objectClass: organizationalUnit
ou: hosts

dn: $mail_entry
objectClass: device
objectClass: kerberosAccount
cn: mail
sAMAccountName: mail
dNSHostName: mail.$domain
$(mail_spns)

dn: $backup_entry
objectClass: device
objectClass: kerberosAccount
cn: backup
sAMAccountName: backup
dNSHostName: backup.$domain
servicePrincipalName: host/backup.$domain
LDIF
}

mail_spns()
{
    printf 'servicePrincipalName: %s\n' "SMTP/mail.$domain" SMTP/mail "host/mail.$domain"
}

make_certificate()
{
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=plain' \
        -addext "subjectAltName=DNS:all.$domain,DNS:ldap.$domain" \
        -keyout "$state/slapd.key" -out "$state/slapd.pem"
}

# make_directory HOST: configuration and database of that host's slapd.
make_directory()
{
    local dir=$state/directory-$1

    mkdir -p "$dir/db" "$dir/log"
    cat >"$dir/account.schema" <<SCHEMA
objectclass ( 1.3.6.1.4.1.4203.666.9.1 NAME 'kerberosAccount' SUP top AUXILIARY
    MAY ( servicePrincipalName $ sAMAccountName $ dNSHostName $ operatingSystem ) )
SCHEMA
    # The journal's database comes first among the naming contexts.
    cat >"$dir/slapd.conf" <<CONFIG
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/nis.schema
include /etc/ldap/schema/msuser.schema
include $dir/account.schema
modulepath /usr/lib/ldap
moduleload back_mdb
sasl-host $1.$domain
sasl-realm $realm
TLSCertificateFile $state/slapd.pem
TLSCertificateKeyFile $state/slapd.key
security simple_bind=128
localSSF 128

database mdb
suffix "cn=journal"
directory $dir/log
maxsize 1048576

database mdb
suffix "$base"
rootdn "$admin"
rootpw right
directory $dir/db
maxsize 16777216
CONFIG
    write_entries | slapadd -q -f "$dir/slapd.conf" -b "$base"
}

# start_slapd HOST [PORT TLS_PORT]
start_slapd()
{
    local host=$1 port=${2:-389} tls_port=${3:-636}
    local address=${address_of[$1]}

    KRB5_KTNAME=$state/slapd.keytab start slapd slapd -d 0 -f "$state/directory-$host/slapd.conf" \
        -h "ldap://$address:$port ldaps://$address:$tls_port ldapi://${state//\//%2F}%2Fldapi"
    await "slapd" accepts "$address" "$port"
}

# set_spns DN: its SPNs are those of standard input.  They cannot be added
# one by one: the schema has no matching rule for them.
set_spns()
{
    { printf 'dn: %s\nchangetype: modify\nreplace: servicePrincipalName\n' "$1"
      cat; } |
        ldapmodify -H "ldapi://${state//\//%2F}%2Fldapi" -x -D "$admin" -w right
}

# ----- SMTP

start_smtp()
{
    start smtp python3 "$here/greeting.py" "${address_of[mail]}"
    await "the SMTP server" accepts "${address_of[mail]}" 25
}
