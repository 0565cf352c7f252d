# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
#
# Running the program in the lab and asserting what it says.

passed=0
failed=0

# Bring up the lab, unless it is, and make a folder for what tests write.
begin()
{
    : "${SPNHEALTHD:?names the program under test}"
    export SPNHEALTHD_PROBE=${SPNHEALTHD_PROBE:-$(dirname "$SPNHEALTHD")/spnhealthd-probe}
    lab_mine=
    work=$(mktemp -d)
    chmod 755 "$work"
    trap finish EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    if ! "$lab" status 2>/dev/null; then
        lab_mine=yes
        quietly "$lab" up
    fi
}

finish()
{
    [ -z "$lab_mine" ] || "$lab" down
    rm -rf "$work"
}

ok()
{
    passed=$((passed + 1))
    printf 'ok - %s\n' "$1"
}

not_ok()
{
    failed=$((failed + 1))
    printf 'not ok - %s\n' "$1"
    sed 's/^/#   /'
    return 0
}

conclude()
{
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

# Run a command, showing what it says only if it fails.
quietly()
{
    "$@" >"$work/said" 2>&1 || {
        local status=$?
        printf '# %s failed:\n' "$*"
        sed 's/^/#   /' "$work/said"
        return "$status"
    }
}

# Write a configuration for the lab: write_lab_config FILE [LINE...]
write_lab_config()
{
    {
        printf 'domain: %s\n' "$lab_domain"
        printf 'credentials: {principal: "%s", keytab: "%s"}\n' \
            "$lab_principal" "$lab_keytab"
        printf '%s\n' "${@:2}"
    } >"$1"
}

# Run a check in the monitoring host: run_check REPORT [--clock OFFSET]
# [OPTION...]; leaves REPORT.json, .stderr, .status and .seconds.
run_check()
{
    local report=$1 status=0 begun
    local -a before=()
    shift
    if [ "${1:-}" = --clock ]; then
        before=(--clock "$2")
        shift 2
    fi
    begun=$(date +%s.%N)
    "$lab" exec "${before[@]}" mon "$SPNHEALTHD" --check --domain "$lab_domain" --keytab "$lab_keytab" \
        --principal "$lab_principal" -f json "$@" \
        >"$report.json" 2>"$report.stderr" || status=$?
    printf '%s\n' "$status" >"$report.status"
    awk -v begun="$begun" -v ended="$(date +%s.%N)" \
        'BEGIN { printf "%.3f\n", ended - begun }' >"$report.seconds"
}

# The findings above OK, a line each: STATUS CODE SUBJECT, and for symptoms
# " by CODE,..." of what explains them.
findings_of()
{
    jq -r '.findings[] | select(.status != "OK")
        | "\(.status) \(.code) \(.subject)"
        + if .caused_by == [] then ""
          else " by " + ([.caused_by[] | split(" ")[0]] | unique | join(","))
          end' "$1.json" | sort
}

# The exit status that findings on standard input should lead to.
status_of()
{
    awk '$1 == "CRITICAL" { c = 1 } $1 == "WARNING" { w = 1 }
         $1 == "UNKNOWN" { u = 1 }
         END { print c ? 2 : w ? 1 : u ? 3 : 0 }'
}

# Exactly the findings on standard input, as findings_of() has them, but for
# those after "may": patterns that say nothing of what explains them.
expect_findings()
{
    local name=$1 report=$2 line pattern found wanted explained
    local -a may=()
    wanted=
    while read -r line; do
        case $line in
        'may '*) may+=("${line#may }") ;;
        *)       wanted+=$line$'\n' ;;
        esac
    done
    found=
    while read -r line; do
        explained=no
        for pattern in "${may[@]}"; do
            # shellcheck disable=SC2053 # a pattern is what it is
            [[ ${line%% by *} != $pattern ]] || explained=yes
        done
        [ "$explained" = yes ] || found+=$line$'\n'
    done < <(findings_of "$report")
    wanted=$(printf '%s' "$wanted" | sort)
    found=$(printf '%s' "$found" | sort)
    if [ "$wanted" = "$found" ] && [ -s "$report.json" ]; then
        ok "$name: the findings are what they should be"
    else
        { diff <(printf '%s\n' "$wanted") <(printf '%s\n' "$found") || true
          cat "$report.stderr"; } |
            not_ok "$name: the findings are what they should be"
    fi
    if [ "$(cat "$report.status")" = "$(status_of <<<"$wanted")" ]; then
        ok "$name: so is the exit status"
    else
        echo "$(cat "$report.status") instead of $(status_of <<<"$wanted")" |
            not_ok "$name: so is the exit status"
    fi
}

# Nothing above OK, every check judged, exit status 0.
expect_healthy()
{
    local name=$1 report=$2
    if [ "$(cat "$report.status")" = 0 ] &&
        jq -e '.status == "OK" and ([.findings[].status] | unique == ["OK"])
            and ([.checks[].status] | unique == ["OK"])' \
            "$report.json" >/dev/null; then
        ok "$name: all OK"
    else
        { findings_of "$report"
          jq -c '.checks[]' "$report.json"
          cat "$report.stderr"; } | not_ok "$name: all OK"
    fi
}

# expect_equal NAME VALUE WANTED
expect_equal()
{
    if [ "$2" = "$3" ]; then
        ok "$1"
    else
        echo "$2 instead of $3" | not_ok "$1"
    fi
}

# expect_near NAME VALUE WANTED TOLERANCE
expect_near()
{
    if awk -v a="$2" -v b="$3" -v t="$4" \
        'BEGIN { d = a - b; exit !(a != "" && b != "" && d <= t && -d <= t) }'
    then
        ok "$1"
    else
        echo "$2 is not within $4 of $3" | not_ok "$1"
    fi
}

# The offset of a CLOCK_SKEW finding: expect_offset NAME REPORT HOST SECONDS
expect_offset()
{
    expect_near "$1: the offset is $4 s, give or take one" \
        "$(jq -r --arg host "$3" '.findings[]
            | select(.code == "CLOCK_SKEW" and .subject == $host)
            | .values.offset.value' "$2.json")" "$4" 1
}

# With one DC hung: complete facts from the other, and twice the time-out of an
# exchange plus a second.
expect_bounded_time()
{
    local report=$1 seconds
    seconds=$(cat "$report.seconds")
    if awk -v s="$seconds" 'BEGIN { exit !(s <= 7) }'; then
        ok "dc-hung: the run took $seconds s, at most 7"
    else
        echo "it took $seconds s" | not_ok 'dc-hung: the run takes at most 7 s'
    fi
    if jq -e --arg dc "dc1.$lab_domain" '[.measurements[]
            | select(.subject | startswith($dc))
            | .name] | (index("bind_latency") and index("offset_ntp")
            and index("offset_kdc") and index("latency"))' \
            "$report.json" >/dev/null &&
        jq -e '.checks[] | select(.check == "spn") | .covered >= 4' \
            "$report.json" >/dev/null; then
        ok 'dc-hung: the other DC is covered'
    else
        jq -c '.checks[], .measurements[]' "$report.json" |
            not_ok 'dc-hung: the other DC is covered'
    fi
}

# expect_same NAME FILE FILE
expect_same()
{
    if diff "$2" "$3" >"$work/difference" && [ -s "$2" ]; then
        ok "$1"
    else
        not_ok "$1" <"$work/difference"
    fi
}
