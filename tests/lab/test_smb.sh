#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Does a mail server have the key of its own account?  Asked by an SMB session
# with a real Samba, whose account's password is then changed behind its back.

set -euo pipefail

here=$(dirname "$(realpath "$0")")
lab=$here/lab
# shellcheck source=tests/lab/lib/names.bash
. "$here/lib/names.bash"
# shellcheck source=tests/lab/lib/assert.bash
. "$here/lib/assert.bash"

begin
out=$work/out
# A member server of its own, with an address of its own, on mail1: what is done
# to it need not be mended there, but is removed with it.
member=smb1
member_host=$member.$lab_domain
member_address=10.53.0.33
folder=/run/$member

mail1()
{
    "$lab" exec mail1 "$@"
}

join_member()
{
    # Samba remembers former passwords, and takes tickets for them.
    mail1 rm -rf "$folder"
    mail1 mkdir -p "$folder/private" "$folder/lock"
    mail1 ip address replace "$member_address/24" dev eth0
    mail1 sh -c "cat >$folder/smb.conf" <<TEXT
[global]
    netbios name = $member
    security = ADS
    workgroup = CORP
    realm = $lab_realm
    kerberos method = secrets only
    interfaces = $member_address/24
    bind interfaces only = yes
    smb ports = 445
    disable netbios = yes
    private dir = $folder/private
    lock directory = $folder/lock
    state directory = $folder/lock
    cache directory = $folder/lock
    pid directory = $folder
    log file = $folder/log
TEXT
    mail1 net -s "$folder/smb.conf" ads join -U "Administrator%$lab_password" \
        --no-dns-updates -S "dc1.$lab_domain"
}

# In a process group of its own, all of which it ends.
start_smbd()
{
    mail1 smbd -s "$folder/smb.conf" --daemon
    wait_until 20 smbd mail1 nc -z "$member_address" 445
}

# sh, so that a pid of the host's own is meant.
stop_smbd()
{
    mail1 sh -c "kill \$(cat $folder/smbd.pid)"
    wait_until 20 'the end of smbd' mail1 sh -c "! nc -z $member_address 445"
}

remove_member()
{
    mail1 sh -c "smbd=\$(cat $folder/smbd.pid) && kill \$smbd && kill -CONT \$smbd" || true
    "$lab" exec dc1 samba-tool computer delete "$member" || true
    mail1 ip address delete "$member_address/24" dev eth0 || true
    mail1 rm -rf "$folder"
}

# hear STATUS TOKEN: ask a server that answers so, see say_smb.py; leaves how
# often it was asked in $asked.
hear()
{
    : >"$work/server"
    "$lab" exec mail1 python3 "$here/say_smb.py" "$member_address" "$1" "$2" \
        >"$work/server" 2>&1 </dev/null &
    wait_until 20 'the little server' grep -q ready "$work/server"
    ask "$member_host" "$member_address"
    silence
    asked=$(grep -c asked "$work/server" || true)
}

# End the little server, by its process ID in the lab.
silence()
{
    mail1 kill "$(sed -n 's/^ready //p' "$work/server")"
    wait
}

# What was begun is undone, also in a lab that is somebody else's.
leave()
{
    [ -z "$(jobs -pr)" ] || silence || true
    remove_member >"$work/said" 2>&1 || true
    finish
}
trap leave EXIT

# On both DCs: any of them may be asked for the ticket.
change_password()
{
    "$lab" exec dc1 samba-tool user setpassword "$member\$" --newpassword="$1"
    "$lab" exec dc1 samba-tool drs replicate dc2 dc1 "$lab_base"
}

learn_password()
{
    mail1 sh -c "echo '$1' | net -s $folder/smb.conf changesecretpw -f -i"
}

# ask HOST ADDRESS [TIMEOUT_MS]: what the worker finds of it goes to $out.
ask()
{
    {
        printf '{"type":"context","host":"mon.%s","domain":"%s","realm":"%s","timeout_ms":%d,"smtp_timeout_ms":20000,"principal":"%s","keytab":"%s","ccache":"","bind":"gssapi","bind_dn":"","password_file":"","tls":"none","ca_file":"","verbosity":0}\n' \
            "$lab_domain" "$lab_domain" "$lab_realm" "${3:-10000}" "$lab_principal" "$lab_keytab"
        printf '{"type":"session_task","host":"dc1.%s","address":"%s","kdc_host":"dc1.%s","kdc_address":"%s","kdc_port":88,"ldap_port":0,"gc_port":0,"base":"","configuration":"","services":[],"all_spns":false,"hosts":[],"accounts":[],"topology":false,"replicas":false}\n' \
            "$lab_domain" "${lab_address[dc1]}" "$lab_domain" "${lab_address[dc1]}"
        printf '{"type":"followup_task","spns":[],"realms":[],"kdcs":[],"hosts":[],"accounts":[],"pending":[],"smb":["%s %s"]}\n' \
            "$1" "$2"
    } >"$work/tasks"
    "$lab" exec mon "$SPNHEALTHD_PROBE" session <"$work/tasks" >"$work/facts" 2>"$work/err" || true
    grep '"type":"smb_session"' "$work/facts" >"$out" || cat "$work/facts" "$work/err" >"$out"
}

# finds NAME FILTER: what was asked has one answer, and a jq filter on it is
# true.
finds()
{
    if jq -es "length == 1 and (.[0] | $2)" "$out" >/dev/null 2>&1; then
        ok "$1"
    else
        not_ok "$1" <"$out"
    fi
}

# ----- the worker

quietly join_member
quietly start_smbd

ask "dc1.$lab_domain" "${lab_address[dc1]}"
finds 'a domain controller proves its key and lets the account in' \
    '.outcome == "accepted" and .nt_status == 0'
wait_until 30 "mail1's winbind" mail1 wbinfo -t
ask "mail1.$lab_domain" "${lab_address[mail1]}"
finds 'so does a member of the domain' '.outcome == "accepted" and .nt_status == 0'
ask "$member_host" "$member_address"
finds 'a member that knows no such user proves its key all the same' \
    '.outcome == "accepted" and .nt_status != 0 and (.detail | test("did not let"))'

quietly change_password Another-Passw0rd1
ask "$member_host" "$member_address"
finds 'a password that was changed in the directory alone is found out' \
    '.outcome == "refused" and .nt_status == 3221225581 and (.detail | test("0xc000006d"))'
quietly learn_password Another-Passw0rd1
ask "$member_host" "$member_address"
finds 'and that it has been learnt' '.outcome == "accepted"'

ask "nobody.$lab_domain" "$member_address"
finds 'a host without an account is not even asked' \
    '.outcome == "untried" and .nt_status == 0 and (.detail | test("cifs/nobody"))'
ask "mail1.$lab_domain" "$member_address"
finds 'a ticket for another account is refused' '.outcome == "refused"'

mail1 sh -c "kill -STOP \$(cat $folder/smbd.pid)"
ask "$member_host" "$member_address" 1000
mail1 sh -c "kill -CONT \$(cat $folder/smbd.pid)"
finds 'one that hangs is given up in time' \
    '.outcome == "unreached" and .latency_us >= 900000 and (.detail | test("no answer in time"))'

# ----- the program, which asks only if it is told to

# look HANDSHAKE: check the accounts; leaves $work/recording and $work/report.
look()
{
    cat >"$work/spnhealthd.yaml" <<YAML
domain: $lab_domain
mail_servers: [{host: $member_host, address: $member_address}]
credentials: {keytab: $lab_keytab, principal: $lab_principal}
checks: {accounts: {handshake: $1}}
state_directory: $work/none
YAML
    "$lab" exec mon "$SPNHEALTHD" --check=accounts -c "$work/spnhealthd.yaml" -f json \
        --record "$work/recording" >"$work/report" 2>"$work/err" || true
    grep '"type":"smb_session"' "$work/recording" >"$out" || true
}

mismatches()
{
    jq '[.findings[] | select(.code == "ACCOUNT_KEY_MISMATCH" and .status != "OK")
        | .subject]' -c "$work/report"
}

# expect_same_text NAME WANTED FOUND
expect_same_text()
{
    if [ "$2" = "$3" ]; then
        ok "$1"
    else
        { echo "$3 instead of $2"; cat "$work/report" "$out"; } | not_ok "$1"
    fi
}

look false
expect_same_text 'by default nobody is asked' '' "$(cat "$out")"
look true
finds 'if told to, the server is asked once' '.outcome == "accepted"'
expect_same_text 'and found to be right' '[]' "$(mismatches)"
quietly change_password Yet-Another-Passw0rd1
look true
finds 'it is asked for the key that the KDC has' '.outcome == "refused"'
expect_same_text 'and found not to have it' '["SMB1$"]' "$(mismatches)"

quietly stop_smbd
ask "$member_host" "$member_address"
finds 'a closed port is told' \
    '.outcome == "unreached" and .latency_us < 5000000 and (.detail | test("refused"))'

# ----- servers that Samba is not

hear 00000000 none
finds 'a server that says yes without a proof is not believed' \
    '.outcome == "unclear" and .nt_status == 0'
hear 00000000 garbage
finds 'nor is one whose proof is none' '.outcome == "unclear"'
hear c0000016 error:41
finds 'one may say in Kerberos that it cannot read the ticket' \
    '.outcome == "refused" and (.detail | test("Kerberos error 41$"))'
expect_same_text 'and is asked once' 1 "$asked"
hear c0000016 error:37
finds 'or that its clock is off, which is another thing' \
    '.outcome == "unclear" and (.detail | test("Kerberos error 37$"))'
hear c000006d none
finds 'one may refuse without a word' '.outcome == "refused"'
expect_same_text 'and is asked twice, to be sure' 2 "$asked"
hear c00000bb none
finds 'or fail for another reason' '.outcome == "unclear" and .nt_status == 3221225659'

conclude
