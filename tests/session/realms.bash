# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154
#
# What fixture.bash has, with services of several kinds of keys, and a second
# realm that trusts the first: sourced, never run.

other_realm=OTHER.EXAMPLE
other_host=kdc.other.example
# By the KDCs: what has session keys of Camellia has none that they give.
permitted='aes256-cts aes128-cts arcfour-hmac'

# Run kadmin's commands, a line each on standard input, in the second realm.
other_kadmin()
{
    KRB5_CONFIG=$scratch/other.krb5.conf KRB5_KDC_PROFILE=$scratch/other.kdc.conf \
        kadmin.local
}

# What mail servers have, newly and of old; and a realm of which no KDC is
# known.
make_services()
{
    cat >>"$KRB5_CONFIG" <<CONFIG
[domain_realm]
.other.example = $other_realm
.loop.example = $other_realm
.third.example = THIRD.EXAMPLE
CONFIG
    # Active Directory has no SPAKE, which takes a message more.
    sed -i "s/^spake_preauth_groups.*/permitted_enctypes = $permitted/" "$KRB5_KDC_PROFILE"
    kadmin.local <<COMMANDS
add_principal -randkey -e aes256-cts:normal SMTPSVC/ex1.test.example
change_password -randkey -e aes256-cts:normal SMTPSVC/ex1.test.example
change_password -randkey -e aes256-cts:normal SMTPSVC/ex1.test.example
add_principal -randkey -e arcfour-hmac:normal SMTP/ex1.test.example
add_principal -randkey -e aes128-cts:normal SMTP/ex2.test.example
add_principal -randkey SMTP/ex3.test.example
set_string SMTP/ex3.test.example session_enctypes camellia256-cts
add_principal -pw cross krbtgt/THIRD.EXAMPLE
COMMANDS
}

# Each realm trusts the other.
make_other_realm()
{
    cat >"$scratch/other.krb5.conf" <<CONFIG
[libdefaults]
default_realm = $other_realm
dns_lookup_kdc = false
[domain_realm]
.loop.example = $realm
CONFIG
    cat >"$scratch/other.kdc.conf" <<CONFIG
[libdefaults]
permitted_enctypes = $permitted
[kdcdefaults]
kdc_listen = 127.0.0.1:$other_port
kdc_tcp_listen = 127.0.0.1:$other_port
[realms]
$other_realm = {
    database_name = $scratch/other.principal
    key_stash_file = $scratch/other.stash
}
[logging]
kdc = FILE:$scratch/other.log
CONFIG
    KRB5_CONFIG=$scratch/other.krb5.conf KRB5_KDC_PROFILE=$scratch/other.kdc.conf \
        kdb5_util create -s -r "$other_realm" -P throwaway
    other_kadmin <<COMMANDS
add_principal -randkey -e aes256-cts:normal SMTPSVC/ex9.other.example
add_principal -pw there -e aes256-cts:normal krbtgt/$other_realm@$realm
add_principal -pw back -e aes128-cts:normal krbtgt/$realm@$other_realm
COMMANDS
    kadmin.local <<COMMANDS
add_principal -pw there -e aes256-cts:normal krbtgt/$other_realm@$realm
add_principal -pw back -e aes128-cts:normal krbtgt/$realm@$other_realm
COMMANDS
}

start_other_kdc()
{
    KRB5_CONFIG=$scratch/other.krb5.conf KRB5_KDC_PROFILE=$scratch/other.kdc.conf \
        krb5kdc -n >"$scratch/other.out" 2>&1 &
    servers+=("$!")
    await "krb5kdc" grep -q 'commencing operation' "$scratch/other.log"
}

# logged TEXT [FILE]: how many lines of a KDC's log have the text.
logged()
{
    grep -c -- "$1" "$scratch/${2:-kdc.log}" || true
}
