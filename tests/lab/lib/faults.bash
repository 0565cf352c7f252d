# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
#
# Breaking the lab and healing it.  A fault is a pair of functions,
# break_NAME and heal_NAME, that return once the change shows where it should.
# What is done to ports is done to the monitoring host alone, so that the
# domain itself stays whole.

lab_spn=SMTPSVC/mail1.$lab_domain

fault_list()
{
    cat <<TEXT
spn-missing           $lab_spn removed on both DCs
spn-missing-short     SMTP/mail1 removed on both DCs
spn-missing-one-dc    $lab_spn removed on dc2, replication cut
spn-other-account     $lab_spn moved to MAIL2\$
spn-duplicate         $lab_spn on MAIL1\$ and MAIL2\$
spn-duplicate-case    the same, the second in other letter case
holder-disabled       MAIL1\$ disabled
spn-orphaned          SMTP/gone.$lab_domain on a computer that is gone
spn-malformed         SMTPSVC//x on MAIL1\$
clock-dc2-plus-90     dc2's clocks 90 s ahead
clock-dc2-plus-420    dc2's clocks 420 s ahead
clock-dc2-minus-90    dc2's clocks 90 s behind
clock-dc2-minus-420   dc2's clocks 420 s behind
clock-dcs-plus-420    the clocks of both DCs and mail1 420 s ahead
ntp-dc2-plus-3600     dc2's NTP an hour ahead, its other clocks right
drop-88-udp           dc2 drops Kerberos over UDP
drop-88-tcp           dc2 drops Kerberos over TCP
drop-464              dc2 drops password changes
drop-389              dc2 drops LDAP
reject-88-udp         dc2 rejects Kerberos over UDP
reject-88-tcp         dc2 rejects Kerberos over TCP
reject-464            dc2 rejects password changes
reject-389            dc2 rejects LDAP
dc-down               dc2's services ended
dc-hung               dc2's services stopped with their sockets open
dns-srv-missing       no _kerberos._udp record
dns-host-missing      no address record of dc2
kvno-mismatch         MAIL1\$'s password changed in the directory alone
etype-rc4             MAIL1\$ has keys for RC4 alone
etype-des             MAIL1\$ has keys for DES alone
accounts-unusable     MAIL3\$ expired, svc-mail4 locked, svc-mail5 to change its password
monitor-key-wrong     the monitor's keytab holds another key
monitor-disabled      the monitor's account disabled
replication-dropped   the DCs apart, $lab_spn and a password new on dc2
replication-cut       no fault yet: the DCs apart, a text of MAIL1\$ new on dc1
replication-refused   connections between the DCs reset
more-mail-servers     no fault: mail3 to mail5 hold their SPNs
dc-restart            no fault: dc2's services ended and started again
TEXT
}

fault_break()
{
    fault_check "$@"
    "break_${1//-/_}"
}

fault_heal()
{
    fault_check "$@"
    "heal_${1//-/_}"
}

fault_check()
{
    world_pid >/dev/null || die 'the lab is down: bring it up first'
    if [ $# -ne 1 ] || ! fault_list | grep -q "^$1 "; then
        die "no fault ${1:-}: see lab faults"
    fi
}

# Change dc1's directory and have dc2 take it in: change DN LINE...
change()
{
    directory_modify dc1 "$@"
    directory_replicate dc1 dc2 "$lab_base"
}

# The same with the LDIF on standard input.
change_all()
{
    host_exec dc1 ldbmodify -H "$lab_sam" >/dev/null
    directory_replicate dc1 dc2 "$lab_base"
}

add_spn()
{
    change "$1" 'add: servicePrincipalName' "servicePrincipalName: $2"
}

delete_spn()
{
    change "$1" 'delete: servicePrincipalName' "servicePrincipalName: $2"
}

break_spn_missing()       { delete_spn "$lab_mail1" "$lab_spn"; }
heal_spn_missing()        { add_spn "$lab_mail1" "$lab_spn"; }
break_spn_missing_short() { delete_spn "$lab_mail1" SMTP/mail1; }
heal_spn_missing_short()  { add_spn "$lab_mail1" SMTP/mail1; }
break_spn_malformed()     { add_spn "$lab_mail1" SMTPSVC//x; }
heal_spn_malformed()      { delete_spn "$lab_mail1" SMTPSVC//x; }
break_spn_orphaned()      { add_spn "$lab_oldmail" "SMTP/gone.$lab_domain"; }
heal_spn_orphaned()       { delete_spn "$lab_oldmail" "SMTP/gone.$lab_domain"; }

break_spn_other_account()
{
    delete_spn "$lab_mail1" "$lab_spn"
    add_spn "$lab_mail2" "$lab_spn"
}

heal_spn_other_account()
{
    delete_spn "$lab_mail2" "$lab_spn"
    add_spn "$lab_mail1" "$lab_spn"
}

# Replication between the DCs stops, and nothing else.
cut_replication()
{
    host_exec dc2 nft -f - <<TEXT
table inet cut {
    chain input {
        type filter hook input priority 0;
        ip saddr ${lab_address[dc1]} drop
    }
    chain output {
        type filter hook output priority 0;
        ip daddr ${lab_address[dc1]} drop
    }
}
TEXT
}

mend_replication()
{
    host_exec dc2 nft delete table inet cut
    wait_until 60 'replication' directory_replicate dc1 dc2 "$lab_base"
    wait_until 60 'replication' directory_replicate dc2 dc1 "$lab_base"
}

break_spn_missing_one_dc()
{
    cut_replication
    directory_modify dc2 "$lab_mail1" 'delete: servicePrincipalName' \
        "servicePrincipalName: $lab_spn"
}

heal_spn_missing_one_dc()
{
    directory_modify dc2 "$lab_mail1" 'add: servicePrincipalName' \
        "servicePrincipalName: $lab_spn"
    mend_replication
}

# A DC refuses to write a duplicate, so it is made as in life, while the DCs
# are apart: one moves the SPN to another account, the other one writes the
# owner's list again, and later.
make_duplicate()
{
    local second=$1
    cut_replication
    directory_modify dc2 "$lab_mail1" 'delete: servicePrincipalName' \
        "servicePrincipalName: $lab_spn"
    directory_modify dc2 "$lab_mail2" 'add: servicePrincipalName' \
        "servicePrincipalName: $second"
    sleep 1
    touch_spns dc1
    touch_spns dc1
    touch_spns dc1
    mend_replication
    wait_until 30 'the duplicate on dc1' spns_are dc1 'MAIL2$' "$lab_spn"
    wait_until 30 'the duplicate on dc2' spns_are dc2 'MAIL1$' "$lab_spn"
}

# Write the mail server's list as it is, which makes its version higher.
touch_spns()
{
    directory_modify "$1" "$lab_mail1" 'delete: servicePrincipalName' \
        'servicePrincipalName: SMTP/mail1' - \
        'add: servicePrincipalName' 'servicePrincipalName: SMTP/mail1'
}

break_spn_duplicate()      { make_duplicate "$lab_spn"; }
break_spn_duplicate_case() { make_duplicate smtpsvc/MAIL1.Corp.Example.COM; }

heal_spn_duplicate()
{
    # With a duplicate there, only replacing the whole list is let through.
    change "$lab_mail2" 'delete: servicePrincipalName'
    wait_until 30 'the end of the duplicate' no_duplicate dc1
    wait_until 30 'the end of the duplicate' no_duplicate dc2
}

heal_spn_duplicate_case() { heal_spn_duplicate; }

no_duplicate()
{
    ! spns_are "$1" 'MAIL2$' "$lab_spn"
}

break_holder_disabled()
{
    change "$lab_mail1" 'replace: userAccountControl' 'userAccountControl: 4098'
}

heal_holder_disabled()
{
    change "$lab_mail1" 'replace: userAccountControl' 'userAccountControl: 4096'
}

# set_clock OFFSET DC...; an empty offset is the true time.
set_clock()
{
    local offset=$1 dc
    shift
    for dc in "$@"; do
        dc_stop "$dc"
    done
    for dc in "$@"; do
        dc_start "$dc" "$offset"
        wait_until 30 "NTP from $dc" ntp_serves "$dc"
    done
}

heal_clock()
{
    set_clock '' "$@"
    wait_until 60 'replication' directory_replicate dc1 dc2
    wait_until 60 'replication' directory_replicate dc2 dc1
}

break_clock_dc2_plus_90()   { set_clock +90s dc2; }
break_clock_dc2_plus_420()  { set_clock +420s dc2; }
break_clock_dc2_minus_90()  { set_clock -90s dc2; }
break_clock_dc2_minus_420() { set_clock -420s dc2; }
heal_clock_dc2_plus_90()    { heal_clock dc2; }
heal_clock_dc2_plus_420()   { heal_clock dc2; }
heal_clock_dc2_minus_90()   { heal_clock dc2; }
heal_clock_dc2_minus_420()  { heal_clock dc2; }

# With the mail server's, or it would bear witness for the monitoring host.
break_clock_dcs_plus_420()
{
    mail_start_smb +420s
    set_clock +420s dc1 dc2
}

heal_clock_dcs_plus_420()
{
    mail_start_smb ''
    heal_clock dc1 dc2
}

break_ntp_dc2_plus_3600()
{
    dc_start_ntp dc2 +3600s
    wait_until 30 'NTP from dc2' ntp_serves dc2
}

heal_ntp_dc2_plus_3600()
{
    dc_start_ntp dc2
    wait_until 30 'NTP from dc2' ntp_serves dc2
}

# Filter packets from the monitoring host to dc2: filter RULE...
filter()
{
    local rule
    {
        printf 'table inet fault {\nchain input {\n'
        printf 'type filter hook input priority 0;\n'
        for rule in "$@"; do
            printf 'ip saddr %s %s\n' "${lab_address[mon]}" "$rule"
        done
        printf '}\n}\n'
    } | host_exec dc2 nft -f -
}

unfilter()
{
    host_exec dc2 nft delete table inet fault
}

# Tickets are too big for datagrams here, as they mostly are: without 88/tcp
# there are none.
break_drop_88_udp()   { filter 'udp dport 88 drop'; }
break_drop_88_tcp()   { filter 'tcp dport 88 drop'; }
break_drop_464()      { filter 'udp dport 464 drop' 'tcp dport 464 drop'; }
break_drop_389()      { filter 'udp dport 389 drop' 'tcp dport 389 drop'; }
break_reject_88_udp() { filter 'udp dport 88 reject'; }
break_reject_88_tcp() { filter 'tcp dport 88 reject with tcp reset'; }
break_reject_464()    { filter 'udp dport 464 reject' 'tcp dport 464 reject with tcp reset'; }
break_reject_389()    { filter 'udp dport 389 reject' 'tcp dport 389 reject with tcp reset'; }
heal_drop_88_udp()    { unfilter; }
heal_drop_88_tcp()    { unfilter; }
heal_drop_464()       { unfilter; }
heal_drop_389()       { unfilter; }
heal_reject_88_udp()  { unfilter; }
heal_reject_88_tcp()  { unfilter; }
heal_reject_464()     { unfilter; }
heal_reject_389()     { unfilter; }

break_dc_down() { dc_stop dc2; }
heal_dc_down()  { heal_clock dc2; }

# Every process of dc2 but the host's own first one.
break_dc_hung() { host_exec dc2 pkill -STOP -f "$dc_programs"; }
heal_dc_hung()
{
    host_exec dc2 pkill -CONT -f "$dc_programs"
    wait_until 30 "dc2's directory" dc_answers dc2
    wait_until 60 'replication' directory_replicate dc1 dc2
    wait_until 60 'replication' directory_replicate dc2 dc1
}

# change_srv add|delete: of both DCs, on both DCs
change_srv()
{
    local dc
    for dc in "${lab_dcs[@]}"; do
        directory_dns "$1" dc1 _kerberos._udp SRV "$dc.$lab_domain 88 0 100"
    done
    directory_replicate dc1 dc2
}

break_dns_srv_missing()  { change_srv delete; }
heal_dns_srv_missing()   { change_srv add; }

break_dns_host_missing()
{
    directory_dns delete dc1 dc2 A "${lab_address[dc2]}"
    directory_replicate dc1 dc2
}

heal_dns_host_missing()
{
    directory_dns add dc1 dc2 A "${lab_address[dc2]}"
    directory_replicate dc1 dc2
}

# A mail server's password, and so its keys, set anew for some encryption
# types: set_mail1_keys ETYPES PASSWORD
set_mail1_keys()
{
    change "$lab_mail1" 'replace: msDS-SupportedEncryptionTypes' \
        "msDS-SupportedEncryptionTypes: $1" - 'replace: unicodePwd' \
        "unicodePwd:: $(password_encoded "$2")"
}

# The server has its password all the time, but its keytab has another kvno.
heal_mail1_keys()
{
    set_mail1_keys 28 "$lab_machine_password"
    keytab_copy_mail
}

# Until tickets with the previous key are no excuse any more.
break_kvno_mismatch()
{
    set_mail1_keys 28 Machine-other
    sleep 2
}

break_etype_rc4()     { set_mail1_keys 4 "$lab_machine_password"; }
break_etype_des()     { set_mail1_keys 3 "$lab_machine_password"; }
heal_kvno_mismatch()  { heal_mail1_keys; }
heal_etype_rc4()      { heal_mail1_keys; }
heal_etype_des()      { heal_mail1_keys; }

# The accounts of the mail servers that only have a name, as ldbmodify(1) reads
# what to do with them: for_more_mail_servers COMMAND
for_more_mail_servers()
{
    "$1" mail3 "$lab_mail3"
    "$1" mail4 "$lab_mail4"
    "$1" mail5 "$lab_mail5"
}

# Give one its SPNs: serve NAME DN
serve()
{
    printf 'dn: %s\nchangetype: modify\nadd: servicePrincipalName\n' "$2"
    printf 'servicePrincipalName: %s\n' "SMTP/$1" "SMTP/$1.$lab_domain" \
        "SMTPSVC/$1" "SMTPSVC/$1.$lab_domain" | sed '$a\\'
}

# Make it an account that nobody uses any more, and in order.
retire()
{
    printf 'dn: %s\nchangetype: modify\n' "$2"
    printf '%s\n' 'delete: servicePrincipalName' - 'replace: accountExpires' \
        'accountExpires: 9223372036854775807' - 'replace: lockoutTime' \
        'lockoutTime: 0' ''
}

break_more_mail_servers() { for_more_mail_servers serve | change_all; }
heal_more_mail_servers()  { for_more_mail_servers retire | change_all; }

# Seconds from now, as the directory counts: directory_time SECONDS
directory_time()
{
    printf '%d0000000\n' "$(($(date +%s) + $1 + 11644473600))"
}

break_accounts_unusable()
{
    {
        for_more_mail_servers serve
        printf 'dn: %s\nchangetype: modify\n' "$lab_mail3"
        printf '%s\n' 'replace: accountExpires' \
            "accountExpires: $(directory_time -86400)" ''
        printf 'dn: %s\nchangetype: modify\n' "$lab_mail4"
        printf '%s\n' 'replace: lockoutTime' "lockoutTime: $(directory_time 0)" ''
        printf 'dn: %s\nchangetype: modify\n' "$lab_mail5"
        printf '%s\n' 'replace: userAccountControl' 'userAccountControl: 512' - \
            'replace: pwdLastSet' 'pwdLastSet: 0' ''
    } | change_all
}

heal_accounts_unusable()
{
    {
        for_more_mail_servers retire
        printf 'dn: %s\nchangetype: modify\n' "$lab_mail5"
        printf '%s\n' 'replace: userAccountControl' 'userAccountControl: 66048' - \
            'replace: pwdLastSet' 'pwdLastSet: -1' ''
    } | change_all
}

break_monitor_key_wrong()
{
    host_exec mon mv "$lab_keytab" "$lab_keytab.right"
    host_exec mon ktutil >/dev/null <<TEXT
addent -password -p $lab_principal -k 1 -e aes256-cts
not the password
wkt $lab_keytab
TEXT
}

heal_monitor_key_wrong()
{
    host_exec mon mv "$lab_keytab.right" "$lab_keytab"
}

break_monitor_disabled()
{
    change "$lab_monitor" 'replace: userAccountControl' 'userAccountControl: 66050'
}

heal_monitor_disabled()
{
    change "$lab_monitor" 'replace: userAccountControl' 'userAccountControl: 66048'
}

# In silence, which no DC counts as a failure: only something that is missing,
# and for how long, tells.
break_replication_dropped()
{
    delete_spn "$lab_mail1" "$lab_spn"
    cut_replication
    directory_modify dc2 "$lab_mail1" 'add: servicePrincipalName' \
        "servicePrincipalName: $lab_spn" - 'replace: unicodePwd' \
        "unicodePwd:: $(password_encoded "$lab_machine_password")"
    sleep "$lab_late_s"
}

heal_replication_dropped()
{
    mend_replication
    keytab_copy_mail
}

# Something to replicate, and no way to.
break_replication_cut()
{
    cut_replication
    directory_modify dc1 "$lab_mail1" 'replace: description' \
        "description: changed at $(date +%T)"
}

heal_replication_cut() { mend_replication; }

# Connections in both directions are reset, also those that stand.
break_replication_refused()
{
    local dc from=${lab_address[dc2]}
    for dc in "${lab_dcs[@]}"; do
        host_exec "$dc" nft -f - <<TEXT
table inet cut {
    chain input {
        type filter hook input priority 0;
        ip saddr $from tcp flags & rst == 0 reject with tcp reset
    }
}
TEXT
        from=${lab_address[dc1]}
    done
    for dc in "${lab_dcs[@]}"; do
        wait_until 60 "$dc's failures" dc_has_failed "$dc"
    done
}

# Whether a DC counts more failures in a row than a partner's restart makes.
dc_has_failed()
{
    host_exec "$1" ldbsearch --show-binary -H "$lab_sam" -b "$lab_base" \
        -s base repsFrom | grep -qE 'consecutive_sync_failures: .*\(([3-9]|[0-9]{2,})\)'
}

heal_replication_refused()
{
    host_exec dc1 nft delete table inet cut
    mend_replication
}

break_dc_restart()
{
    dc_stop dc2
    dc_start dc2
    wait_until 30 'NTP from dc2' ntp_serves dc2
}

heal_dc_restart() { :; }
