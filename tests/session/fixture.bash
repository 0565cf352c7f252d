# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154
#
# A realm and a directory for the session worker, as an ordinary user on
# loopback, in a temporary directory: sourced, never run.  Ports, and the worker
# and what is put before it, are the test's to set.

realm=TEST.EXAMPLE
host=dc1.test.example
base=dc=test,dc=example
configuration=cn=Configuration,$base

scratch=$(mktemp -d)
keytab=$scratch/mon.keytab
servers=()
export KRB5_CONFIG=$scratch/krb5.conf KRB5_KDC_PROFILE=$scratch/kdc.conf

# Only what was started here.
stop_servers()
{
    local pid

    for pid in "${servers[@]}"; do
        kill -CONT "$pid" 2>/dev/null || true
        kill -TERM "$pid" 2>/dev/null || true
    done
    for pid in "${servers[@]}"; do
        wait "$pid" 2>/dev/null || true
    done
    rm -rf "$scratch"
}
trap stop_servers EXIT
exit_on_signals

# free_ports COUNT: ports that nobody uses, for both transports.
free_ports()
{
    python3 - "$1" <<'PYTHON'
import socket
import sys

held = []
while len(held) < 2 * int(sys.argv[1]):
    stream = socket.socket()
    stream.bind(("127.0.0.1", 0))
    datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        datagram.bind(stream.getsockname())
    except OSError:
        continue
    held += [stream, datagram]
    print(stream.getsockname()[1])
PYTHON
}

accepts()
{
    (: <"/dev/tcp/127.0.0.1/$1")
}

# ----- Kerberos

# Names of principals without a realm are of this one.
make_realm()
{
    cat >"$KRB5_CONFIG" <<CONFIG
[libdefaults]
default_realm = $realm
dns_lookup_kdc = false
dns_canonicalize_hostname = false
rdns = false
[realms]
$realm = {
    kdc = 127.0.0.1:$kdc_port
}
CONFIG
    # With SPAKE the KDC offers two ways to try a password.
    cat >"$KRB5_KDC_PROFILE" <<CONFIG
[libdefaults]
spake_preauth_groups = edwards25519
[kdcdefaults]
kdc_listen = 127.0.0.1:$kdc_port
kdc_tcp_listen = 127.0.0.1:$kdc_port
[realms]
$realm = {
    database_name = $scratch/principal
    key_stash_file = $scratch/stash
    acl_file = $scratch/kadm5.acl
}
[logging]
kdc = FILE:$scratch/kdc.log
CONFIG
    kdb5_util create -s -r "$realm" -P throwaway
    # In the keytab a user's entry first: the machine's is the one to choose.
    kadmin.local <<COMMANDS
add_principal -randkey ldap/$host
add_principal +requires_preauth -randkey MON\$
add_principal +requires_preauth -pw right svc-mail
add_principal +requires_preauth -pw right locked
modify_principal -allow_tix locked
ktadd -norandkey -k $scratch/slapd.keytab ldap/$host
ktadd -norandkey -k $scratch/mon.keytab svc-mail MON\$
ktadd -norandkey -k $scratch/locked.keytab locked
COMMANDS
    make_keytab wrong svc-mail
    make_keytab right nobody
}

# make_keytab PASSWORD PRINCIPAL: PRINCIPAL.keytab with that password's key.
make_keytab()
{
    printf '%s\n' "add_entry -password -p $2@$realm -k 1 -e aes256-cts" "$1" \
        "write_kt $scratch/$2.keytab" | ktutil
}

start_kdc()
{
    krb5kdc -n >"$scratch/kdc.out" 2>&1 &
    kdc=$!
    servers+=("$kdc")
    await "krb5kdc" grep -q 'commencing operation' "$scratch/kdc.log"
}

faketime=$(compgen -G '/usr/lib/*/faketime/libfaketime.so.1' || true)

# start_skewed_kdc OFFSET: another KDC of the realm whose clock is off; sets
# $skewed.
start_skewed_kdc()
{
    sed -e "s/:$kdc_port/:$skewed_port/" -e "s/kdc.log/skewed.log/" "$KRB5_KDC_PROFILE" \
        >"$scratch/skewed.conf"
    rm -f "$scratch/skewed.log"
    KRB5_KDC_PROFILE=$scratch/skewed.conf LD_PRELOAD=$faketime FAKETIME=$1 \
        krb5kdc -n >"$scratch/skewed.out" 2>&1 &
    skewed=$!
    await "krb5kdc" grep -q 'commencing operation' "$scratch/skewed.log"
}

# ----- LDAP

make_certificates()
{
    local key=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes)

    openssl req -x509 "${key[@]}" -days 2 -subj "/CN=throwaway CA" \
        -keyout "$scratch/ca.key" -out "$scratch/ca.pem"
    openssl req "${key[@]}" -subj "/CN=$host" \
        -keyout "$scratch/slapd.key" -out "$scratch/slapd.csr"
    openssl x509 -req -days 2 -CA "$scratch/ca.pem" -CAkey "$scratch/ca.key" -CAcreateserial \
        -extfile <(printf 'subjectAltName=DNS:%s' "$host") \
        -in "$scratch/slapd.csr" -out "$scratch/slapd.pem"
}

# Accounts: what a mail server has, what must be escaped, and more than a page.
make_entries()
{
    local i

    cat <<LDIF
dn: $base
objectClass: organization
objectClass: dcObject
dc: test
o: test

dn: $configuration
objectClass: applicationProcess
cn: Configuration

dn: cn=EX1,$configuration
objectClass: msExchExchangeServer
cn: EX1
serialNumber: Version 15.2 (Build 1118.7)
networkAddress: ncacn_np:EX1
networkAddress: netbios:EX1
networkAddress: ncacn_ip_tcp:EX1.Test.Example.

dn: cn=EX1,$base
objectClass: computer
cn: EX1
sAMAccountName: EX1\$
dNSHostName: EX1.test.example
operatingSystem: Windows Server 2019 Standard
userAccountControl: 4096
servicePrincipalName: SMTPSVC/EX1
servicePrincipalName: SMTPSVC/ex1.test.example
servicePrincipalName: HOST/ex1.test.example

dn: cn=EX(2)*\\\\,$base
objectClass: computer
cn: EX(2)*\\
sAMAccountName: EX(2)*\\
userAccountControl: 4098
servicePrincipalName: smtp/ex2.test.example

dn: cn=plain,$base
objectClass: applicationProcess
objectClass: holder
cn: plain
servicePrincipalName: HTTP/web.test.example

LDIF
    for ((i = 0; i < 1200; i++)); do
        cat <<LDIF
dn: cn=bulk$i,$base
objectClass: computer
cn: bulk$i
servicePrincipalName: SMTPSVC/bulk$i.test.example

LDIF
    done
}

# make_directory NAME: a database and its configuration in $scratch/NAME.
make_directory()
{
    local dir=$scratch/$1

    mkdir -p "$dir/db"
    cat >"$dir/extra.schema" <<SCHEMA
attributetype ( 1.2.840.113556.1.4.999001 NAME 'supportedCapabilities'
    SYNTAX '1.3.6.1.4.1.1466.115.121.1.38' )
objectclass ( 1.2.840.113556.1.4.999002 NAME 'msExchExchangeServer' SUP top
    STRUCTURAL MUST cn MAY ( networkAddress $ serialNumber ) )
objectclass ( 1.2.840.113556.1.4.999003 NAME 'holder' SUP top
    AUXILIARY MAY servicePrincipalName )
SCHEMA
    cat >"$dir/slapd.conf" <<CONFIG
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/nis.schema
include $dir/msuser.schema
include $dir/extra.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile $dir/slapd.pid
sasl-host $host
sasl-realm $realm
TLSCACertificateFile $scratch/ca.pem
TLSCertificateFile $scratch/slapd.pem
TLSCertificateKeyFile $scratch/slapd.key
security simple_bind=128
defaultsearchbase "$base"
sizelimit size=unlimited size.prtotal=unlimited
$(cat "$dir/more.conf" 2>/dev/null)
database mdb
suffix "$base"
rootdn "cn=admin,$base"
rootpw right
directory $dir/db
maxsize 67108864
CONFIG
    make_entries >"$dir/entries.ldif"
    # -s: without the attributes that only a DC would demand.
    slapadd -q -s -f "$dir/slapd.conf" -l "$dir/entries.ldif"
}

# As Debian ships it: servicePrincipalName has no matching rule.
make_plain_directory()
{
    mkdir -p "$scratch/plain"
    cp /etc/ldap/schema/msuser.schema "$scratch/plain"
    make_directory plain
}

# Rules as in Active Directory, and the capability that tells of it.
make_active_directory()
{
    local dir=$scratch/active

    mkdir -p "$dir"
    sed -E "s/NAME '(servicePrincipalName|dNSHostName|sAMAccountName)'/& \
EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch/" \
        /etc/ldap/schema/msuser.schema >"$dir/msuser.schema"
    printf 'rootDSE %s\n' "$dir/root.ldif" >"$dir/more.conf"
    cat >"$dir/root.ldif" <<LDIF
dn:
supportedCapabilities: 1.2.840.113556.1.4.800
LDIF
    make_directory active
}

# start_slapd NAME PORT TLS_PORT: sets $slapd.
start_slapd()
{
    KRB5_KTNAME=$scratch/slapd.keytab slapd -d 0 -f "$scratch/$1/slapd.conf" \
        -h "ldap://127.0.0.1:$2 ldaps://127.0.0.1:$3" >"$scratch/$1/slapd.out" 2>&1 &
    slapd=$!
    servers+=("$slapd")
    await "slapd" accepts "$2"
}

# ----- the worker

# json STRING...: a JSON list.
json_list()
{
    local item list=

    for item in "$@"; do
        item=${item//\\/\\\\}
        list+=${list:+,}"\"$item\""
    done
    printf '[%s]' "$list"
}

# followup SPNS REALMS KDCS SMB: what a session is told when it is done.  The
# lists are of words; those of KDCs and of SMB servers have commas between.
followup()
{
    local -a kdcs smb

    IFS=, read -ra kdcs <<<"$3"
    IFS=, read -ra smb <<<"$4"
    # shellcheck disable=SC2086
    printf '{"type":"followup_task","spns":%s,"realms":%s,"kdcs":%s,"smb":%s,%s}\n' \
        "$(json_list $1)" "$(json_list $2)" "$(json_list "${kdcs[@]}")" \
        "$(json_list "${smb[@]}")" '"hosts":[],"accounts":[],"pending":[]'
}

# session [KEY=VALUE...]: hold a session; its facts go to $scratch/facts, and
# $elapsed_ms says how long it took.  With spns or realms it goes on.
session()
{
    local -A it=(
        [bind]=gssapi [tls]=none [keytab]=$keytab [ccache]='' [principal]=''
        [ca_file]=$scratch/ca.pem [bind_dn]="cn=admin,$base" [password_file]=''
        [timeout_ms]=$((3000 + slow_ms)) [kdc_port]=$kdc_port [ldap_port]=$ldap_port [gc_port]=0
        [configuration]=$configuration [all_spns]=false [services]='SMTP SMTPSVC'
        [hosts]=ex1.test.example [accounts]='EX(2)*\' [host]=$host [realm]=$realm
        [base]=$base [topology]=false [replicas]=false
    )
    local pair start

    for pair in "$@"; do
        it[${pair%%=*}]=${pair#*=}
    done
    # Lists are of words.
    # shellcheck disable=SC2086
    cat >"$scratch/task" <<JSON
{"type":"context","host":"mon.test.example","domain":"test.example","realm":"${it[realm]}","timeout_ms":${it[timeout_ms]},"smtp_timeout_ms":20000,"principal":"${it[principal]}","keytab":"${it[keytab]}","ccache":"${it[ccache]}","bind":"${it[bind]}","bind_dn":"${it[bind_dn]}","password_file":"${it[password_file]}","tls":"${it[tls]}","ca_file":"${it[ca_file]}","verbosity":0}
{"type":"session_task","host":"${it[host]}","address":"127.0.0.1","kdc_host":"$host","kdc_address":"127.0.0.1","kdc_port":${it[kdc_port]},"ldap_port":${it[ldap_port]},"gc_port":${it[gc_port]},"base":"${it[base]}","configuration":"${it[configuration]}","services":$(set -f; json_list ${it[services]}),"all_spns":${it[all_spns]},"hosts":$(json_list ${it[hosts]}),"accounts":$(set -f; json_list ${it[accounts]}),"topology":${it[topology]},"replicas":${it[replicas]}}
JSON
    if [[ -v it[spns] || -v it[realms] ]]; then
        followup "${it[spns]-}" "${it[realms]-}" "${it[kdcs]-}" "${it[smb]-}" >>"$scratch/task"
    fi
    start=$(date +%s%N)
    # The environment must not matter.
    # shellcheck disable=SC2086
    KRB5_CONFIG=/nonexistent KRB5CCNAME=/nonexistent LDAPURI=ldap://127.0.0.1:1 \
        $wrapper "$probe" session <"$scratch/task" >"$scratch/facts"
    elapsed_ms=$((($(date +%s%N) - start) / 1000000))
}

# facts TYPE [KEY=VALUE...]: print the facts that have these values.
facts()
{
    local type=$1 lines pair value

    shift
    lines=$(grep -F "{\"type\":\"$type\"," "$scratch/facts" || true)
    for pair in "$@"; do
        value=${pair#*=}
        if [[ ! $value =~ ^(true|false|-?[0-9]+)$ ]]; then
            value="\"${value//\\/\\\\}\""
        fi
        lines=$(grep -F "\"${pair%%=*}\":$value" <<<"$lines" || true)
    done
    if [[ -n $lines ]]; then
        printf '%s\n' "$lines"
    fi
}

# expect COUNT TYPE [KEY=VALUE...]: so many facts have these values.
expect()
{
    local count=$1 found

    shift
    found=$(facts "$@" | wc -l)
    if ((found != count)); then
        printf 'expected %d of: %s; got %d in\n' "$count" "$*" "$found"
        grep -v '"dn":"cn=bulk' "$scratch/facts"
        return 1
    fi
}

# mentions TEXT TYPE [KEY=VALUE...]: a fact with these values has the text.
mentions()
{
    local text=$1

    shift
    if [[ $(facts "$@") != *"$text"* ]]; then
        printf 'expected "%s" in:\n' "$text"
        facts "$@" | cut -c1-1000
        return 1
    fi
}

# within MILLISECONDS: the session took no longer.
within()
{
    if ((elapsed_ms > $1)); then
        printf 'the session took %d ms, more than %d\n' "$elapsed_ms" "$1"
        return 1
    fi
}
