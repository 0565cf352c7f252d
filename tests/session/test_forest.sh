#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The session worker against a slapd that has the objects of a forest: topology,
# replication and follow-ups over the wire, with bytes that are no text.
#
# SPNHEALTHD_PROBE names the worker; PROBE_WRAPPER is put before it.

set -euo pipefail
# shellcheck source=tests/run.bash
source "$(dirname "$0")/../run.bash"

probe=${SPNHEALTHD_PROBE:-$builds/gcc/root/libexec/spnhealthd-probe}
wrapper=${PROBE_WRAPPER:-}
slow_ms=${PROBE_SLOW_MS:-0}

for program in slapd slapadd openssl python3; do
    if ! command -v "$program" >/dev/null; then
        if [[ ${CI:-} == true ]]; then
            printf 'not ok - forest: %s is not installed\n' "$program"
            exit 1
        fi
        printf 'ok - forest # SKIP %s is not installed\n' "$program"
        exit 0
    fi
done

# shellcheck source=tests/session/fixture.bash
source "$(dirname "$0")/fixture.bash"

mapfile -t ports < <(free_ports 2)
ldap_port=${ports[0]}

dsa="cn=NTDS Settings,cn=DC1,cn=Servers,cn=Oslo,cn=Sites,$configuration"
guid=04030201-0605-0807-090a-0b0c0d0e0f10
invocation=14131211-1615-1817-191a-1b1c1d1e1f20
partner=AQIDBAUGBwgJCgsMDQ4PEA==
writer=ERITFBUWFxgZGhscHR4fIA==

# What msuser.schema lacks: classes, the rootDSE's attributes, and rules to
# compare numbers by.
make_schema()
{
    sed -E "s/NAME '(servicePrincipalName|dNSHostName|sAMAccountName)'/& \
EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch/
s/NAME '(uSNChanged|systemFlags)'/& EQUALITY integerMatch ORDERING integerOrderingMatch/" \
        /etc/ldap/schema/msuser.schema >"$scratch/forest/msuser.schema"
    cat >"$scratch/forest/forest.schema" <<'SCHEMA'
attributetype ( 1.2.840.113556.1.4.999101 NAME 'dsServiceName'
    SYNTAX '1.3.6.1.4.1.1466.115.121.1.12' )
attributetype ( 1.2.840.113556.1.4.999102 NAME 'highestCommittedUSN'
    SYNTAX '1.3.6.1.4.1.1466.115.121.1.27' )
attributetype ( 1.2.840.113556.1.4.999103 NAME 'isSynchronized'
    SYNTAX '1.3.6.1.4.1.1466.115.121.1.7' )
attributetype ( 1.2.840.113556.1.4.999104 NAME 'configurationNamingContext'
    SYNTAX '1.3.6.1.4.1.1466.115.121.1.12' )
attributetype ( 1.2.840.113556.1.4.999105 NAME 'msDS-hasMasterNCs'
    SYNTAX '1.3.6.1.4.1.1466.115.121.1.12' )
objectclass ( 1.2.840.113556.1.4.999110 NAME 'piece' SUP top STRUCTURAL MUST cn )
objectclass ( 1.2.840.113556.1.4.999111 NAME 'crossRef' SUP piece STRUCTURAL
    MAY ( systemFlags $ dnsRoot $ nCName ) )
objectclass ( 1.2.840.113556.1.4.999112 NAME 'server' SUP piece STRUCTURAL
    MAY dNSHostName )
objectclass ( 1.2.840.113556.1.4.999113 NAME 'nTDSDSA' SUP piece STRUCTURAL
    MAY ( objectGUID $ invocationId $ options $ msDS-hasMasterNCs ) )
objectclass ( 1.2.840.113556.1.4.999114 NAME 'siteLink' SUP piece STRUCTURAL
    MAY ( siteList $ replInterval $ cost $ options ) )
objectclass ( 1.2.840.113556.1.4.999115 NAME 'subnet' SUP piece STRUCTURAL
    MAY siteObject )
objectclass ( 1.2.840.113556.1.4.999116 NAME 'trustedDomain' SUP piece STRUCTURAL
    MAY ( trustPartner $ trustDirection $ trustType $ trustAttributes $
          trustAuthOutgoing ) )
objectclass ( 1.2.840.113556.1.4.999117 NAME 'replica' SUP top AUXILIARY
    MAY ( replUpToDateVector $ repsFrom $ msDS-NCReplCursors $
          tombstoneLifetime $ uSNChanged $ whenChanged ) )
SCHEMA
    cat >"$scratch/forest/root.ldif" <<LDIF
dn:
supportedCapabilities: 1.2.840.113556.1.4.800
dsServiceName: $dsa
highestCommittedUSN: 4711
isSynchronized: FALSE
configurationNamingContext: $configuration
LDIF
    printf 'include %s/forest.schema\nrootDSE %s/root.ldif\n' \
        "$scratch/forest" "$scratch/forest" >"$scratch/forest/more.conf"
}

# values: a vector of two cursors, a partner, and a partner cut short, each in
# base64.
values()
{
    python3 - <<'PYTHON'
import base64
import struct

SOURCE, WRITER = bytes(range(1, 17)), bytes(range(17, 33))
NOON = 11644473600 + 1769860800

vector = struct.pack("<IIII", 2, 0, 2, 0)
vector += WRITER + struct.pack("<QQ", 3867, NOON * 10000000)
vector += SOURCE + struct.pack("<QQ", 5, 0)
partner = struct.pack("<IIIIQQIIII84xIQQQ", 1, 0, 208, 3, NOON, NOON + 60,
                      1722, 0, 0, 0, 0, 3867, 0, 3867)
partner += SOURCE + WRITER + bytes(16)
for value in vector, partner, partner[:-1]:
    print(base64.b64encode(value).decode())
PYTHON
}

# piece DN CLASS [LINE...]
piece()
{
    local dn=$1 class=$2 name=${1%%,*}

    shift 2
    printf 'dn: %s\nobjectClass: %s\ncn: %s\n' "$dn" "$class" "${name#cn=}"
    if (($# > 0)); then
        printf '%s\n' "$@"
    fi
    printf '\n'
}

# The fixture's make_directory() takes them from here.
make_entries()
{
    local sites=cn=Sites,$configuration services=cn=Services,$configuration i value

    mapfile -t value < <(values)
    cat <<LDIF
dn: $base
objectClass: organization
objectClass: dcObject
objectClass: replica
dc: test
o: test
replUpToDateVector:: ${value[0]}
repsFrom:: ${value[1]}
repsFrom:: ${value[2]}

LDIF
    piece "$configuration" piece
    piece "cn=Partitions,$configuration" piece
    piece "cn=TEST,cn=Partitions,$configuration" crossRef 'systemFlags: 3' \
        'dnsRoot: Test.Example' "nCName: $base"
    piece "cn=Schema,cn=Partitions,$configuration" crossRef 'systemFlags: 1' \
        'dnsRoot: test.example' "nCName: cn=Schema,$configuration"
    piece "$sites" piece
    piece "cn=Oslo,$sites" piece
    piece "cn=Servers,cn=Oslo,$sites" piece
    piece "cn=DC1,cn=Servers,cn=Oslo,$sites" server 'dNSHostName: DC1.test.example'
    piece "$dsa" nTDSDSA "objectGUID:: $partner" "invocationId:: $writer" 'options: 1' \
        "msDS-hasMasterNCs: $base"
    piece "cn=far,$sites" siteLink "siteList: cn=Oslo,$sites" 'replInterval: 15'
    piece "cn=Subnets,$sites" piece
    piece "cn=10.0.0.0/8,cn=Subnets,$sites" subnet "siteObject: cn=Oslo,$sites"
    piece "$services" piece
    piece "cn=Windows NT,$services" piece
    piece "cn=Directory Service,cn=Windows NT,$services" piece 'objectClass: replica' \
        'tombstoneLifetime: 180'
    piece "cn=System,$base" piece
    piece "cn=other.example,cn=System,$base" trustedDomain 'trustPartner: Other.Example' \
        'trustDirection: 2' 'trustType: 2' 'trustAuthOutgoing: secret'
    cat <<LDIF
dn: cn=EX1,$base
objectClass: computer
cn: EX1
sAMAccountName: EX1\$
dNSHostName: EX1.test.example
userAccountControl: 4096
pwdLastSet: 134143344000000000
accountExpires: 9223372036854775807

LDIF
    for ((i = 0; i < 30; i++)); do
        piece "cn=object$i,$base" piece 'objectClass: replica' "uSNChanged: $((100 + i))" \
            "whenChanged: 202601311200$((59 - i)).0Z"
    done
}

prepare()
{
    mkdir -p "$scratch/forest"
    make_certificates
    make_schema
    make_directory forest
}
check "forest: a directory" prepare
if ((failed)); then
    exit 1
fi
start_slapd forest "$ldap_port" "${ports[1]}"

# The fixture's session() takes the follow-up from here.
followup()
{
    printf '%s\n' "$1"
}

# forest [FOLLOWUP]: hold a session that asks for everything; anonymous, for a
# KDC has no part in this.
forest()
{
    kdc_port=1 session bind=anonymous topology=true replicas=true hosts= accounts= \
        ${1:+"spns=$1"}
}

# Each check reads what the last session told.
topology()
{
    forest
    expect 1 search purpose=topology outcome=ok entries=5 base_dn="$configuration"
    expect 1 domain domain=test.example nc="$base"
    expect 1 domain
    expect 1 dsa server=dc1.test.example site=Oslo guid="$guid" invocation="$invocation" \
        options=1 read_only=false
    mentions "\"ncs\":[\"$base\"]" dsa
    expect 1 site_link name=far interval_us=900000000 cost=100 options=0
    mentions '"sites":["Oslo"]' site_link
    expect 1 subnet subnet=10.0.0.0/8 site=Oslo
}
check "forest: domains, DCs, site links and subnets" topology

trusts()
{
    expect 1 search purpose=trusts outcome=ok entries=1 base_dn="$base"
    expect 1 trust partner=other.example direction=2 kind=2 attributes=0 etypes=0
    if grep -q secret "$scratch/facts"; then
        return 1
    fi
}
check "forest: trusts, and nothing of their secrets" trusts

replicas()
{
    expect 1 directory dsa="$dsa" invocation="$invocation" usn=4711 synchronized=false \
        tombstone_us=15552000000000
    expect 1 replica nc="$base"
    mentions "\"cursors\":[\"$invocation 3867 1769860800000000\",\"$guid 5 0\"]" replica
    expect 1 neighbor nc="$base" source="$guid" invocation="$invocation" usn=3867 \
        success_us=1769860800000000 attempt_us=1769860860000000 result=1722 failures=3 \
        constructed=false
    # The other one is cut short.
    expect 1 neighbor
    expect 1 search purpose=replicas outcome=failed base_dn="$base"
    mentions 'reading repsFrom: 207 bytes' search purpose=replicas
}
check "forest: a vector, a partner, and one that makes no sense" replicas

more()
{
    local asked

    asked=$(json_list "114 dc2.test.example $base" "129 dc2.test.example $base" \
        '1 dc2.test.example dc=none')
    forest '{"type":"followup_task","spns":[],"realms":[],"kdcs":[],"hosts":["ex1.test.example"],'\
'"accounts":["nobody"],"pending":'"$asked"',"smb":[]}'
    expect 2 search purpose=accounts outcome=ok
    expect 1 account dns_host_name=ex1.test.example account_control=4096 computed_control=-1 \
        kvno=-1 password_set_us=1769860800000000 expires_us=0 changed_us=-1
}
check "forest: further accounts on the same connection" more

pending()
{
    expect 1 bind
    # Only a few of fifteen are looked at; which ones is the server's choice.
    expect 1 pending destination=dc2.test.example nc="$base" usn=114 count=10
    expect 1 pending usn=129 count=0 dn= changed_us=0
    expect 2 pending
    expect 2 search purpose=pending outcome=ok
    expect 1 search purpose=pending outcome=no-base base_dn=dc=none
    expect 2 "done"
}
check "forest: what another DC has not taken in" pending

exit "$failed"
