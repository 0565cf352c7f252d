# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154
#
# The world of two forests: sourced after the lab's own functions, of which it
# replaces those that say who is there and what they are.

lab_hosts=(dc1 ro1 dcp1 mon)
unset lab_address
declare -A lab_address=(
    [dc1]=10.54.0.1 [ro1]=10.54.0.2 [dcp1]=10.54.0.3 [mon]=10.54.0.4
)

# Let what follows be about the other forest.
trust_visit_partner()
{
    lab_domain=partner.example.com
    lab_realm=PARTNER.EXAMPLE.COM
    lab_base=DC=partner,DC=example,DC=com
}

# What a host's /etc says: dc1 is everybody's name server, and passes on to
# dcp1 what is not its own.
host_write_etc()
{
    local host=$1
    [ "$host" != dcp1 ] || trust_visit_partner
    printf '%s\n' "$host" >/etc/hostname
    printf '127.0.0.1 localhost\n%s %s.%s %s\n' \
        "${lab_address[$host]}" "$host" "$lab_domain" "$host" >/etc/hosts
    rm -f /etc/resolv.conf /etc/krb5.keytab
    printf 'search %s\nnameserver %s\noptions timeout:1 attempts:1\n' \
        "$lab_domain" "${lab_address[dc1]}" >/etc/resolv.conf
    cat >/etc/krb5.conf <<TEXT
[libdefaults]
    default_realm = $lab_realm
    dns_lookup_realm = false
    dns_lookup_kdc = true
    dns_canonicalize_hostname = false
    rdns = false
TEXT
}

directory_build()
{
    export SPNHEALTHD_LAB_INSIDE=yes
    (trust_visit_partner && trust_build_partner) &
    local partner=$!
    directory_provision
    host_exec dc1 sed -i "/^\[global\]/a dns forwarder = ${lab_address[dcp1]}" \
        /etc/samba/smb.conf
    dc_start dc1
    trust_join_read_only &
    local read_only=$!
    directory_add_accounts
    wait "$partner"
    trust_create
    wait "$read_only"
    wait_until 60 'a ticket from ro1' monitor_gets_ticket ro1
    wait_until 60 "ro1's own SPN" spns_are ro1 'RO1$' "ldap/ro1.$lab_domain"
}

# A read-only domain controller, for which DNS has no SRV record.
trust_join_read_only()
{
    host_exec ro1 rm -f /etc/samba/smb.conf
    host_exec ro1 samba-tool domain join "$lab_domain" RODC \
        -U Administrator --password="$lab_password" \
        --dns-backend=SAMBA_INTERNAL \
        --option='interfaces=lo eth0' --option='bind interfaces only=yes' \
        >>"$LAB_DIR/log/ro1" 2>&1
    host_exec ro1 env LAB_DIR="$LAB_DIR" bash -c directory_tune
    directory_certify ro1
    dc_start ro1
}

# The other forest, with a mail server's SPN on an account without a server.
trust_build_partner()
{
    host_exec dcp1 rm -f /etc/samba/smb.conf
    host_exec dcp1 samba-tool domain provision --quiet \
        --realm="$lab_realm" --domain=PARTNER --adminpass="$lab_password" \
        --dns-backend=SAMBA_INTERNAL --host-ip="${lab_address[dcp1]}" \
        >>"$LAB_DIR/log/dcp1" 2>&1
    host_exec dcp1 env LAB_DIR="$LAB_DIR" bash -c directory_tune
    directory_certify dcp1
    dc_start dcp1
    host_exec dcp1 samba-tool computer create MXP >/dev/null
    directory_modify dcp1 "CN=MXP,CN=Computers,$lab_base" \
        'replace: userAccountControl' 'userAccountControl: 4096' - \
        'replace: msDS-SupportedEncryptionTypes' \
        'msDS-SupportedEncryptionTypes: 24' - \
        'replace: dNSHostName' "dNSHostName: mxp.$lab_domain" - \
        'replace: servicePrincipalName' \
        "servicePrincipalName: SMTPSVC/mxp.$lab_domain" \
        "servicePrincipalName: SMTP/mxp.$lab_domain"
    host_exec dcp1 samba-tool user setpassword 'MXP$' \
        --newpassword="Mxp-$RANDOM-$RANDOM-$RANDOM" >/dev/null
    directory_dns add dcp1 mxp A "${lab_address[mon]}"
}

# A forest trust in both directions, which samba-tool creates at both ends.
trust_create()
{
    wait_until 60 'the other forest in DNS' trust_dns_finds \
        _kerberos._tcp.dc._msdcs.partner.example.com
    wait_until 60 'this forest in DNS' trust_dns_finds \
        _kerberos._tcp.dc._msdcs.corp.example.com
    host_exec dc1 samba-tool domain trust create partner.example.com \
        --type=forest --direction=both --create-location=both \
        -U "Administrator@PARTNER.EXAMPLE.COM%$lab_password" \
        --local-dc-username=Administrator \
        --local-dc-password="$lab_password" >>"$LAB_DIR/log/trust" 2>&1
}

# Whether a SRV record leads somewhere.
trust_dns_finds()
{
    host_exec mon dig +short +time=1 +tries=1 "$1" SRV | grep -q .
}

# Change an attribute of one side of the trust: trust_set DC ATTRIBUTE VALUE
trust_set()
{
    local partner=partner.example.com
    if [ "$1" = dcp1 ]; then
        partner=$lab_domain
        trust_visit_partner
    fi
    directory_modify "$1" "CN=$partner,CN=System,$lab_base" \
        "replace: $2" "$2: $3"
}

# What is left in the configuration partition of a DC that was taken away:
# trust_add_dead_dc DC NAME
trust_add_dead_dc()
{
    local server="CN=${2^^},CN=Servers,CN=Default-First-Site-Name,CN=Sites,CN=Configuration,$lab_base"
    host_exec "$1" ldbadd -H /var/lib/samba/private/sam.ldb --relax >/dev/null <<LDIF
dn: $server
objectClass: server
dNSHostName: ${2^^}.$lab_domain

dn: CN=NTDS Settings,$server
objectClass: nTDSDSA
invocationId: 5b1d5e0e-3c7f-4a50-8a8c-8a3f0a1c9d99
msDS-hasMasterNCs: $lab_base
msDS-hasMasterNCs: CN=Configuration,$lab_base
msDS-hasMasterNCs: CN=Schema,CN=Configuration,$lab_base
hasMasterNCs: $lab_base
hasMasterNCs: CN=Configuration,$lab_base
hasMasterNCs: CN=Schema,CN=Configuration,$lab_base
options: 1
LDIF
}
