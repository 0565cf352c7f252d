#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What a run costs the domain controllers: two of them and three mail servers,
# counted from the packets that the monitoring host sends.

set -euo pipefail
# not_ok counts at the end of pipes.
shopt -s lastpipe

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
lab=$here/lab
# shellcheck source=tests/lab/lib/names.bash
. "$here/lib/names.bash"
# shellcheck source=tests/lab/lib/assert.bash
. "$here/lib/assert.bash"

begin
config=$work/spnhealthd.yaml
said=$work/messages
widened=
listener=

tidy()
{
    [ -z "$listener" ] || stop_listening
    [ -z "$widened" ] || quietly "$lab" heal more-mail-servers || true
    finish
}
trap tidy EXIT

# Write down what the monitoring host sends, to $said.
listen()
{
    "$lab" exec mon python3 "$here/lib/messages.py" eth0 "$work/ready" \
        >"$said" 2>"$work/listener" &
    listener=$!
    wait_until 20 'the listener' test -e "$work/ready"
}

stop_listening()
{
    # The listener itself: what entered the namespaces does not pass it on.
    "$lab" exec mon pkill -TERM -f "^python3 .*/messages.py eth0 $work/ready\$" || true
    wait "$listener" || true
    listener=
}

# count PATTERN: how many messages match, from the beginning of their lines
count()
{
    grep -cE -- "^$1\$" "$said" || true
}

# expect_count NAME PATTERN NUMBER
expect_count()
{
    local found
    found=$(count "$2")
    if [ "$found" = "$3" ]; then
        ok "$1"
    else
        { echo "$found messages match $2, not $3:"; sort "$said" | uniq -c; } |
            not_ok "$1"
    fi
}

# expect_at_most NAME PATTERN NUMBER
expect_at_most()
{
    local found
    found=$(count "$2")
    if [ "$found" -le "$3" ]; then
        ok "$1"
    else
        { echo "$found messages match $2:"; sort "$said" | uniq -c; } |
            not_ok "$1"
    fi
}

# What a run sends to one DC: expect_cost DC
expect_cost()
{
    local dc=$1 at=${lab_address[$1]} host name
    # One exchange: refused, then again with pre-authentication.  The other two
    # of the first kind are the ports', and read the clock as well.
    expect_count "$dc: one AS exchange is authenticated" \
        "as-req (udp|tcp) $at authenticated" 1
    expect_count "$dc: without are its beginning, and one each for the ports 88/udp and 88/tcp" \
        "as-req (udp|tcp) $at plain" 3
    expect_count "$dc: the port 88/tcp is asked once" "as-req tcp $at plain" 1
    for host in mail1 mail3 mail4; do
        for name in "SMTP/$host" "SMTP/$host.$lab_domain" "SMTPSVC/$host" \
                    "SMTPSVC/$host.$lab_domain"; do
            expect_count "$dc: one TGS exchange for $name" \
                "tgs-req (udp|tcp) $at $name" 1
        done
    done
    expect_count "$dc: one for its own directory" \
        "tgs-req (udp|tcp) $at ldap/$dc.$lab_domain" 1
    expect_count "$dc: and for nothing else" "tgs-req (udp|tcp) $at .*" 13
    # The same bytes, when an answer does not fit into a datagram.
    expect_at_most "$dc: by TCP again is each asked once at most" \
        "again .* tcp $at .*" 14
    expect_count "$dc: one bind on 389" "bind $at:389" 1
    expect_at_most "$dc: one bind on 3268" "bind $at:3268" 1
    # The port's own, which ends before any bind, and the session.
    expect_count "$dc: two connections to 389" "connect $at:389" 2
    expect_at_most "$dc: two connections to 3268" "connect $at:3268" 2
}

write_lab_config "$config" 'mail_servers:' \
    "  - mail1.$lab_domain" \
    "  - mail3.$lab_domain" \
    "  - {host: mail4.$lab_domain, account: svc-mail4}"
widened=yes
quietly "$lab" break more-mail-servers

listen
run_check "$work/report" -c "$config"
stop_listening
expect_healthy 'two domain controllers and three mail servers' "$work/report"
for dc in "${lab_dcs[@]}"; do
    expect_cost "$dc"
done
expect_count 'the global catalog is asked at one of them' 'bind .*:3268' 1

echo '# messages of one run:'
sort "$said" | uniq -c | sed 's/^/#   /'
conclude
