#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016
#
# The program in a realm that is no Active Directory: MIT's KDC and kadmind,
# OpenLDAP, dnsmasq, and an SMTP server.
#
# Needs root, for namespaces of its own: all that it starts ends with it.
# SPNHEALTHD and SPNHEALTHD_PROBE name the programs under test.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/run.bash
source "$here/../run.bash"
# shellcheck source=tests/alone.bash
source "$here/../alone.bash"

# missing WHAT: a failure where everything is said to be there.
missing()
{
    if [[ ${CI:-} == true ]]; then
        printf 'not ok - plain: %s\n' "$1"
        exit 1
    fi
    printf 'ok - plain # SKIP %s\n' "$1"
    exit 0
}

if [[ ${1:-} != --inside ]]; then
    ((EUID == 0)) || missing "namespaces need root"
    for program in dnsmasq jq krb5kdc kadmind ldapmodify nft openssl python3 slapd; do
        command -v "$program" >/dev/null || missing "$program is not installed"
    done
fi
alone plain "$here/test_plain.sh" "${1:-}"

# shellcheck source=tests/plain/realm.bash
source "$here/realm.bash"

# ----- running the program, and what it must say

report=$state/report.json

# look OPTION...: run the checks; leaves $report, and $status and $elapsed_ms.
look()
{
    local start

    start=$(date +%s%N)
    status=0
    "$SPNHEALTHD" --check -f json "$@" >"$report" 2>"$state/look.err" || status=$?
    elapsed_ms=$((($(date +%s%N) - start) / 1000000))
    if ! jq -e '.version == 1' "$report" >/dev/null; then
        cat "$state/look.err"
        return 1
    fi
}

# By nothing but the domain's name and a keytab.
look_by_domain()
{
    look --domain "$domain" --keytab "$state/mon.keytab"
}

look_by_file()
{
    look -c "$state/spnhealthd.yaml"
}

# expect STATUS [FINDING...]: these findings are above OK and no others, each
# as "STATUS CODE SUBJECT".
expect()
{
    local wanted=$1 found

    shift
    found=$(jq -r '.findings[] | select(.status != "OK") | "\(.status) \(.code) \(.subject)"' \
        "$report" | sort)
    if ! diff <(printf '%s\n' "$@" | sort) <(printf '%s\n' "$found") ||
        [[ $status != "$wanted" ]]; then
        echo "exit status $status"
        jq . "$report"
        return 1
    fi
}

# tells FILTER [ARGUMENT...]: a jq filter on the report is true.
tells()
{
    if ! jq -e "$@" "$report" >/dev/null; then
        echo "not so: $*"
        jq . "$report"
        return 1
    fi
}

# Nothing is asked for that only Active Directory has.
expect_nothing_foreign()
{
    tells '[.findings[].subject, .measurements[].subject, .checks[].not_covered[]]
        | map(select(test("_msdcs|_gc\\.|:(3268|3269|445|135)/|:389/udp"))) == []'
}

expect_covered()
{
    # How such a directory replicates is nobody's business, and a bind without
    # Kerberos needs no ticket.
    tells '[.checks[] | select(.status != "OK" or .covered == 0)
        | select(.status != null or (.check | IN("replication", "tickets") | not))] == []'
    tells '[.measurements[] | select(.check == "spn" and .name == "dcs")][0].value == 1'
    tells '[.measurements[] | select(.check == "duplicates" and .name == "spns")][0].value == 2'
}

# expect_clock HOST: by its KDC, as well as it can be: the stime of MIT's KDC
# before 1.22 may be a second old.
expect_clock()
{
    tells --arg host "$1.$domain" '.measurements[]
        | select(.subject == $host and .name == "offset_kdc")
        | .value - .bound < 0 and .value + .bound > 0 and .bound < 1'
}

# expect_ports PORT...: these were judged, and no others.
expect_ports()
{
    diff <(printf '%s\n' "$@" | sort) \
        <(jq -r '.measurements[] | select(.check == "ports" and .name == "open")
            | .subject' "$report" | sort)
}

expect_healthy()
{
    expect 0
    expect_covered
    expect_nothing_foreign
}

within()
{
    if ((elapsed_ms > $1)); then
        echo "it took $elapsed_ms ms, more than $1"
        return 1
    fi
}

# ----- the servers

prepare()
{
    make_network
    make_realm
    make_certificate
    make_directory all
    make_directory ldap
    printf 'right' >"$state/password"
    chmod 600 "$state/password"
}

srv()
{
    printf -- '--srv-host=_%s.%s,%s.%s,%s\n' "$1" "$domain" "$2" "$domain" "$3"
}

start_one_host()
{
    local -a records

    mapfile -t records < <(srv kerberos._tcp all 88; srv kerberos._udp all 88
        srv kpasswd._udp all 464; srv ldap._tcp all 389)
    start_dns all "${records[@]}"
    start_kdc kdc all
    start_kadmind kadmind all
    start_slapd all
}

start_hosts_of_their_own()
{
    local -a records

    mapfile -t records < <(srv kerberos._tcp kdc1 88; srv kerberos._udp kdc1 88
        srv kerberos._tcp kdc2 88; srv kerberos._udp kdc2 88
        srv kpasswd._udp kdc1 464; srv ldap._tcp ldap 389)
    start_dns ns "${records[@]}"
    start_kdc kdc1 kdc1
    start_kadmind kadmind kdc1
    start_kdc kdc2 kdc2
    start_slapd ldap
}

# In a function of check()'s, where the first failure ends it.
check "plain: a realm, its network and two directories" prepare
if ((failed)); then
    exit 1
fi
start_smtp
start_one_host
address=${address_of[all]}

# ----- KDC and directory on one host

# Where no directory was read.
nothing_permitted=("UNKNOWN NOT_PERMITTED accounts userAccountControl"
    "UNKNOWN NOT_PERMITTED "{duplicates,spn}" servicePrincipalName")

missing_principal()
{
    KRB5_KDC_PROFILE=$state/kdc.conf kadmin.local delete_principal -force "smtp/mail.$domain"
    look_by_domain
    KRB5_KDC_PROFILE=$state/kdc.conf kadmin.local add_principal -randkey "smtp/mail.$domain"
    expect 2 "CRITICAL TICKET_SPN_UNKNOWN all.$domain SMTP/mail.$domain"
    tells '.findings[] | select(.code == "TICKET_SPN_UNKNOWN")
        | .remedy[0] | contains("addprinc -randkey smtp/mail.")'
}

one_host()
{
    look_by_domain
    expect_healthy
    expect_clock all
    expect_ports "all.$domain:"{53/udp,88/tcp,88/udp,464/tcp,464/udp,389/tcp}
    tells --arg host "all.$domain" '.targets.domain_controllers == [$host]'
    tells --arg host "mail.$domain" '.targets.mail_servers == [$host]'
}
check "plain: KDC and directory on one host, found by the domain's name" one_host

check "plain: a mail server that the KDC does not know" missing_principal

missing_spn()
{
    set_spns "$mail_entry" <<<"servicePrincipalName: host/mail.$domain"
    look_by_domain
    mail_spns | set_spns "$mail_entry"
    expect 2 "CRITICAL SPN_MISSING SMTP/mail.$domain" "WARNING SPN_MISSING SMTP/mail"
    expect_nothing_foreign
}
check "plain: an SPN that is missing" missing_spn

duplicate_spn()
{
    set_spns "$backup_entry" <<<"servicePrincipalName: smtp/MAIL.$domain"
    look_by_domain
    set_spns "$backup_entry" <<<"servicePrincipalName: host/backup.$domain"
    expect 2 "CRITICAL SPN_DUPLICATE SMTP/mail.$domain"
    tells '.findings[] | select(.code == "SPN_DUPLICATE")
        | (.message | contains("mail looks right")) and .values.holders.value == 2'
}
check "plain: an SPN on two entries" duplicate_spn

wrong_account()
{
    set_spns "$mail_entry" <<<"servicePrincipalName: SMTP/mail"
    set_spns "$backup_entry" <<<"servicePrincipalName: SMTP/mail.$domain"
    look_by_domain
    mail_spns | set_spns "$mail_entry"
    set_spns "$backup_entry" <<<"servicePrincipalName: host/backup.$domain"
    expect 2 "CRITICAL SPN_WRONG_ACCOUNT SMTP/mail.$domain"
}
check "plain: an SPN on another's entry" wrong_account

healed()
{
    look_by_domain
    expect_healthy
}
check "plain: all is well again" healed

stopped_directory()
{
    send STOP slapd
    look_by_domain
    send CONT slapd
    within 7000
    expect 2 "CRITICAL LDAP_UNREACHABLE all.$domain:389" "WARNING PORT_SILENT all.$domain:389/tcp" \
        "UNKNOWN NOT_PERMITTED "{duplicates,spn}" servicePrincipalName"
    expect_clock all
    expect_nothing_foreign
}
check "plain: a directory that accepts and never answers" stopped_directory

kdc_down()
{
    stop kdc
    look_by_domain
    start_kdc kdc all
    expect 2 "CRITICAL PORT_CLOSED all.$domain:88/"{tcp,udp} "UNKNOWN CLOCK_UNMEASURED all.$domain" \
        "${nothing_permitted[@]}" "UNKNOWN NOT_PERMITTED tickets krbtgt"
    tells --arg port "PORT_CLOSED all.$domain:88/" '[.findings[]
        | select(.code == "NOT_PERMITTED")][0]
        | .caused_by == [$port + "tcp", $port + "udp"]
        and (.message | contains("no KDC answers"))'
    expect_nothing_foreign
}
check "plain: no KDC" kdc_down

kdc_ahead()
{
    stop kdc
    start_skewed_kdc kdc all +420s
    look_by_domain
    stop kdc
    start_kdc kdc all
    # No ticket either: nothing else can be told.
    expect 2 "CRITICAL CLOCK_SKEW all.$domain" "UNKNOWN LDAP_BIND_FAILED all.$domain:389" \
        "CRITICAL TGT_FAILED all.$domain $monitor@$realm" "${nothing_permitted[@]}"
    tells '.findings[] | select(.code == "CLOCK_SKEW") | .values
        | (.offset.value - 420 | fabs) <= 1 and .bound.value < 1'
    tells --arg skew "CLOCK_SKEW all.$domain" '[.findings[]
        | select(.code == "TGT_FAILED")][0].caused_by == [$skew]'
    tells '[.findings[] | select(.code == "LDAP_BIND_FAILED")][0].caused_by
        | map(split(" ")[0]) == ["CLOCK_SKEW", "TGT_FAILED"]'
}
check "plain: a KDC 420 s ahead" kdc_ahead

# ----- by configuration

# configure LINE...: after the domain.
configure()
{
    printf '%s\n' "domain: $domain" "$@" >"$state/spnhealthd.yaml"
}

keytab="credentials: {keytab: $state/mon.keytab}"

anonymous_bind()
{
    configure 'ldap: {bind: anonymous}'
    look_by_file
    expect_healthy
}
check "plain: an anonymous bind" anonymous_bind

# simple_bind METHOD
simple_bind()
{
    configure "ldap: {bind: simple, tls: $1, bind_dn: \"$admin\",
        password_file: $state/password, ca_file: $state/slapd.pem}"
    look_by_file
    expect_healthy
}
check "plain: a simple bind with StartTLS" simple_bind starttls
check "plain: a simple bind with LDAPS" simple_bind ldaps

wrong_password()
{
    printf 'wrong' >"$state/wrong"
    chmod 600 "$state/wrong"
    configure "ldap: {bind: simple, tls: starttls, bind_dn: \"$admin\",
        password_file: $state/wrong, ca_file: $state/slapd.pem}"
    look_by_file
    expect 3 "UNKNOWN LDAP_BIND_FAILED all.$domain:389" "${nothing_permitted[@]}"
}
check "plain: a simple bind with the wrong password" wrong_password

mail_servers="mail_servers: [{host: mail.$domain, address: ${address_of[mail]}, services: [SMTP]}]"

# Nothing listens at the usual ports, and DNS tells nothing.
unusual_ports()
{
    stop kdc kadmind slapd
    start_kdc kdc all 1088
    start_kadmind kadmind all 1464
    start_slapd all 1389 1636
    configure "$keytab" 'domain_controllers:' "  - host: all.$domain" "    address: $address" \
        '    ports: {kerberos: 1088, kpasswd: 1464, ldap: 1389}' "$mail_servers"
    look_by_file
    expect_healthy
    expect_clock all
    expect_ports "all.$domain:"{53/udp,1088/tcp,1088/udp,1464/tcp,1464/udp,1389/tcp}
    configure "ldap: {bind: simple, tls: ldaps, bind_dn: \"$admin\",
        password_file: $state/password, ca_file: $state/slapd.pem}" \
        'domain_controllers:' "  - host: all.$domain" "    address: $address" \
        '    ports: {kerberos: 1088, kpasswd: 1464, ldap: 1636}' "$mail_servers"
    look_by_file
    expect_healthy
}
check "plain: unusual ports" unusual_ports

no_dns()
{
    stop dns
    look_by_file
    expect_healthy
}
check "plain: all addresses configured, and no DNS" no_dns

# ----- KDC, a second KDC and directory on hosts of their own

stop kdc kadmind slapd
start_hosts_of_their_own

hosts_of_their_own()
{
    look_by_domain
    expect_healthy
    expect_clock kdc1
    expect_clock kdc2
    # kdc2 has no kadmind, and DNS does not say that it had.
    expect_ports "kdc1.$domain:"{88/tcp,88/udp,464/tcp,464/udp} \
        "kdc2.$domain:"{88/tcp,88/udp} "ldap.$domain:389/tcp"
    tells --arg domain "$domain" '.targets.domain_controllers | sort
        == ["kdc1." + $domain, "kdc2." + $domain, "ldap." + $domain]'
}
check "plain: KDCs and directory on hosts of their own" hosts_of_their_own
check "plain: KDCs and directory on hosts of their own, by an anonymous bind" anonymous_bind

one_kdc_down()
{
    stop kdc1
    look_by_domain
    start_kdc kdc1 kdc1
    expect 2 "CRITICAL PORT_CLOSED kdc1.$domain:88/"{tcp,udp} "UNKNOWN CLOCK_UNMEASURED kdc1.$domain"
    tells '[.measurements[] | select(.check == "spn" and .name == "dcs")][0].value == 1'
}
check "plain: one of two KDCs down" one_kdc_down

one_kdc_ahead()
{
    stop kdc2
    start_skewed_kdc kdc2 kdc2 +420s
    look_by_domain
    stop kdc2
    start_kdc kdc2 kdc2
    expect 2 "CRITICAL CLOCK_SKEW kdc2.$domain" \
        "CRITICAL TGT_FAILED kdc2.$domain $monitor@$realm"
    expect_nothing_foreign
}
check "plain: one of two KDCs 420 s ahead" one_kdc_ahead

one_kdc_behind()
{
    local part

    stop kdc2
    for part in "$state"/principal*; do
        cp "$part" "$state/behind${part#"$state/principal"}"
    done
    database=$state/behind start_kdc kdc2 kdc2
    KRB5_KDC_PROFILE=$state/kdc1.conf kadmin.local change_password -randkey "smtp/mail.$domain"
    look_by_domain
    stop kdc2
    start_kdc kdc2 kdc2
    expect 1 "WARNING ACCOUNT_KVNO_DIVERGED mail"
    tells --arg host "kdc2.$domain" '[.findings[] | select(.code == "ACCOUNT_KVNO_DIVERGED")][0]
        | .message | contains("on " + $host + " than on other KDCs (kvno 2)")'
    look_by_domain
    expect_healthy
}
check "plain: one of two KDCs with an older key of a mail server" one_kdc_behind

only_kdc_cut_off()
{
    configure "$keytab" "$mail_servers" 'domain_controllers:' \
        "  - {host: kdc1.$domain, ports: {ldap: 0}}" \
        "  - {host: ldap.$domain, ports: {kerberos: 0, kpasswd: 0}}"
    cut_off kdc1
    look_by_file
    reconnect
    within 7000
    expect 2 "CRITICAL PORT_FILTERED kdc1.$domain:"{88,464}/{tcp,udp} \
        "UNKNOWN CLOCK_UNMEASURED kdc1.$domain" \
        "${nothing_permitted[@]}" "UNKNOWN NOT_PERMITTED tickets krbtgt"
    tells '[.findings[] | select(.status == "UNKNOWN" and .caused_by == [])] == []'
}
check "plain: the only KDC cut off, the directory not" only_kdc_cut_off

configured_hosts()
{
    configure "$keytab" "$mail_servers" 'domain_controllers:' \
        "  - {host: kdc1.$domain, address: ${address_of[kdc1]}, ports: {ldap: 0}}" \
        "  - {host: kdc2.$domain, address: ${address_of[kdc2]}, ports: {ldap: 0, kpasswd: 0}}" \
        "  - {host: ldap.$domain, address: ${address_of[ldap]}, ports: {kerberos: 0, kpasswd: 0}}"
    look_by_file
    expect_healthy
    expect_clock kdc1
    expect_clock kdc2
    stop dns
    look_by_file
    expect_healthy
}
check "plain: hosts of their own, all configured, with and without DNS" configured_hosts

exit "$failed"
