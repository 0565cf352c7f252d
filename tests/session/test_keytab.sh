#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The keytab worker, with keytabs made by ktutil.
#
# SPNHEALTHD_PROBE names the worker.

set -euo pipefail
# shellcheck source=tests/run.bash
source "$(dirname "$0")/../run.bash"

probe=${SPNHEALTHD_PROBE:-$builds/gcc/root/libexec/spnhealthd-probe}

# A missing program is a failure where everything is said to be installed.
for program in ktutil setpriv; do
    if ! command -v "$program" >/dev/null; then
        if [[ ${CI:-} == true ]]; then
            printf 'not ok - keytab: %s is not installed\n' "$program"
            exit 1
        fi
        printf 'ok - keytab # SKIP %s is not installed\n' "$program"
        exit 0
    fi
done

# shellcheck source=tests/session/fixture.bash
source "$(dirname "$0")/fixture.bash"

principal=SMTP/mx1.test.example@$realm

prepare()
{
    printf '[libdefaults]\ndefault_realm = %s\n' "$realm" >"$KRB5_CONFIG"
    printf '%s\n' \
        "add_entry -password -p $principal -k 3 -e aes256-cts" secret-words \
        "add_entry -password -p $principal -k 3 -e arcfour-hmac" secret-words \
        "add_entry -password -p MX1\$@$realm -k 300 -e aes128-cts" secret-words \
        "write_kt $scratch/good.keytab" | ktutil
    printf '\005\002' >"$scratch/header.keytab"
    : >"$scratch/empty.keytab"
    head -c 4096 /dev/urandom | tr '\005' '\006' >"$scratch/garbage.keytab"
    mkfifo "$scratch/pipe"
}
# In a function of check()'s, where the first failure ends it.
check "keytab: files made by ktutil" prepare
if ((failed)); then
    exit 1
fi

# read_keytabs FILE...: what the worker tells of them goes to $scratch/facts.
read_keytabs()
{
    local file

    {
        cat <<JSON
{"type":"context","host":"mon.test.example","domain":"test.example","realm":"$realm","timeout_ms":3000,"smtp_timeout_ms":20000,"principal":"","keytab":"","ccache":"","bind":"gssapi","bind_dn":"","password_file":"","tls":"none","ca_file":"","verbosity":0}
JSON
        for file in "$@"; do
            printf '{"type":"keytab_task","host":"mx1.test.example","file":"%s"}\n' "$file"
        done
    } >"$scratch/tasks"
    # The environment must not matter.
    KRB5_CONFIG=/nonexistent KRB5_KTNAME=/nonexistent "${before[@]}" \
        timeout 20 "$probe" keytab <"$scratch/tasks" >"$scratch/facts"
}
before=(env)

good()
{
    read_keytabs "$scratch/good.keytab"
    expect 1 keytab readable=true principal="$principal" kvno=3 etype=18 host=mx1.test.example
    expect 1 keytab readable=true principal="$principal" kvno=3 etype=23
    expect 1 keytab readable=true principal="MX1\$@$realm" kvno=300 etype=17
    expect 3 keytab file="$scratch/good.keytab"
    expect 1 "done" id=0
    # Longer runs of digits are times.
    if grep -E 'secret-words|[0-9a-f]{20}' "$scratch/facts"; then
        return 1
    fi
}
check "keytab: every key, and no key's bytes" good

several()
{
    read_keytabs "$scratch/good.keytab" "$scratch/none" "FILE:$scratch/good.keytab"
    expect 6 keytab readable=true
    expect 1 keytab readable=false file="$scratch/none"
    mentions 'name the right file' keytab file="$scratch/none"
    expect 3 "done" id=0
}
check "keytab: several, one of them missing" several

without_keys()
{
    read_keytabs "$scratch/header.keytab" "$scratch/empty.keytab"
    expect 2 keytab readable=true principal= kvno=0 etype=0
}
check "keytab: empty ones" without_keys

garbage()
{
    read_keytabs "$scratch/garbage.keytab" "$scratch/pipe" "$scratch" 'NONSENSE:x'
    expect 4 keytab readable=false principal=
    expect 4 "done" id=0
    mentions 'klist -kte' keytab file="$scratch/garbage.keytab"
    mentions 'not a regular file' keytab file="$scratch/pipe"
    mentions 'not a regular file' keytab file="$scratch"
}
check "keytab: what is none" garbage

# Root may read everything unless it gives that up; systemd's services have.
unreadable()
{
    chmod 000 "$scratch/good.keytab"
    if ((EUID == 0)); then
        chown nobody "$scratch/good.keytab"
        before=(setpriv --inh-caps=-all '--bounding-set=-dac_override,-dac_read_search')
    fi
    read_keytabs "$scratch/good.keytab"
    expect 1 keytab readable=false principal=
    mentions 'Permission denied' keytab
    mentions 'have systemd hand a copy to the service (LoadCredential=' keytab
}
check "keytab: one that may not be read" unreadable

# The same key more than a hundred thousand times: 10 MB.
huge()
{
    local i

    chmod 600 "$scratch/good.keytab"
    tail -c +3 "$scratch/good.keytab" >"$scratch/body"
    for ((i = 0; i < 16; i++)); do
        cat "$scratch/body" "$scratch/body" >"$scratch/twice"
        mv "$scratch/twice" "$scratch/body"
    done
    cat "$scratch/header.keytab" "$scratch/body" >"$scratch/huge.keytab"
    read_keytabs "$scratch/huge.keytab"
    expect 1000 keytab readable=true
    expect 1 keytab readable=false
    mentions 'too many keys' keytab readable=false
}
check "keytab: a huge one is cut off" huge

# refuses TEXT: the worker does not take its input, and says why.
refuses()
{
    local status=0

    "$probe" keytab 2>"$scratch/err" || status=$?
    ((status == 1))
    grep "^spnhealthd-probe: $1" "$scratch/err"
}

nothing()
{
    refuses 'the input ended before a context' </dev/null
    refuses 'reading a context: ' <<<nonsense
    read_keytabs
    refuses 'reading a keytab_task: ' < <(cat "$scratch/tasks" - <<<nonsense)
    read_keytabs
    [[ ! -s $scratch/facts ]]
}
check "keytab: no task, and none that is one" nothing

exit "$failed"
