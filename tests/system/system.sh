#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The service in a booted systemd: a Debian of its own on the lab's network,
# in which the service is installed first by "make install" and then from the
# Debian package, and lives through what happens in a year.
#
# As root; on this machine systemd need not be the first process.

set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
# shellcheck source=tests/run.bash
source "$here/../run.bash"
# shellcheck source=tests/root.bash
source "$top/tests/root.bash"
# shellcheck source=tests/system/machine.bash
source "$here/machine.bash"
# shellcheck source=tests/system/service.bash
source "$here/service.bash"
# shellcheck source=tests/system/prepare.bash
source "$here/prepare.bash"

# Where the documented drop-in lets it write.
textfile=/run/spnhealthd/spnhealthd.prom

prepare
no_unit_failed()
{
    inside systemctl list-units --failed --no-legend
    inside systemctl is-system-running
}
check "a Debian boots on the lab's network" no_unit_failed

# ----- installed by "make install"

credential=("LoadCredential=keytab:$keytab" "Environment=SPNHEALTHD_KEYTAB_SOURCE=$keytab")
drop_in "$unit" "${credential[@]}" WatchdogSec=5 RestartSec=1
drop_in spnhealthd@.service "${credential[@]}"
drop_in spnhealthd-check.service "${credential[@]}"

install_by_make()
{
    make -C "$build" --no-print-directory install DESTDIR="$root"
    inside journalctl --update-catalog
    # The examples that come with it, as they are.
    inside cp -t "/etc/systemd/system/$unit.d" \
        /usr/share/doc/spnhealthd/examples/{outputs,mail-log}.conf
    inside systemctl daemon-reload
    is "$unit" LoadState loaded
    is "$unit" DropInPaths \
        "$(printf "/etc/systemd/system/$unit.d/%s.conf\n" mail-log outputs test | paste -sd ' ')"
}
check "make install: systemd knows the unit" install_by_make

never_active()
{
    refused inside systemctl start "$unit"
    is "$unit" ActiveState failed
    is "$unit" ExecMainStatus 78
    is "$unit" ActiveEnterTimestampMonotonic 0
    logged "$unit" 'spnhealthd.yaml:[0-9]+:[0-9]+: clocks: '
}
configure spnhealthd 2s "clocks: {}"
check "a bad configuration: status 78, never active, its place in the journal" never_active
# RestartSec is one second.
bad_since=$SECONDS

# Another one beside it, of the same domain, for what takes time: its checks
# run once an hour.
configure other 1h "alerts: {confirm: 1}"
starts()
{
    inside systemctl start "$1"
    is "$1" ActiveState active
    logged "$1" "started for corp.example.com"
    await "a verdict" verdict "$1" OK
}
check "the template runs a second configuration" starts "$other"
switches=$(of_main "$other" voluntary_ctxt_switches)
idle_since=$EPOCHREALTIME

sleep "$((SECONDS < bad_since + 3 ? bad_since + 3 - SECONDS : 0))"
check "it was not started again" is "$unit" NRestarts 0

configure spnhealthd 2s "alerts: {confirm: 2, repeat: 1h}"
check "the start returns once it is ready; it judges the healthy lab OK" starts "$unit"

unprivileged()
{
    local uid keytab_mode

    uid=$(of_main "$unit" Uid)
    keytab_mode=$(inside stat -c '%u %a' "$keytab")
    echo "user IDs: $uid; the keytab's and its mode: $keytab_mode"
    [[ $uid =~ ^6[1-5][0-9]{3}[[:space:]] && $keytab_mode == "0 600" ]]
    [[ $(of_main "$unit" CapEff) =~ ^0+$ ]]
    inside ls -ld "$state" | grep -- "-> private/spnhealthd"
    # By the drop-in: adm's, for a mail server's log.
    of_main "$unit" Groups | grep -w 4
}
check "as a made-up user without capabilities, with root's keytab as a credential" unprivileged

for name in "$unit" "$other" spnhealthd-check.service; do
    exposure=$(inside systemd-analyze security --no-pager "$name" |
        sed -n 's/.*exposure level for [^ ]*: \([0-9.]*\).*/\1/p' || true)
    check "exposure of $name: ${exposure:-unknown}, at most 1.2" at_most "$exposure" 1.2
done

resident=$(of_main "$unit" VmRSS)
check "resident: ${resident:-unknown}, less than 4096" at_most "${resident% kB}" 4095

# ----- an alert

mark
lab_does break spn-missing
check "a missing SPN is an alert, once" alert_came_once "$unit" CRITICAL SPN_MISSING "$spn"

# fields STATUS PRIORITY SUBJECT: of the only alert.
fields()
{
    alerts "$unit" SPNHEALTHD_CODE=SPN_MISSING | tee /dev/stderr |
        jq -se --arg status "$1" --arg priority "$2" --arg subject "$3" '
        length == 1 and (.[0] | ._TRANSPORT == "journal" and ._SYSTEMD_UNIT == "spnhealthd.service"
        and .SYSLOG_IDENTIFIER == "spnhealthd" and .PRIORITY == $priority
        and (.MESSAGE_ID | test("^[0-9a-f]{32}$"))
        and (.MESSAGE | startswith("\($status) SPN_MISSING \($subject): "))
        and .SPNHEALTHD_CHECK == "spn" and .SPNHEALTHD_CODE == "SPN_MISSING"
        and .SPNHEALTHD_SUBJECT == $subject and .SPNHEALTHD_STATUS == $status
        and .SPNHEALTHD_KIND == "raised" and .SPNHEALTHD_REFERENCE == "KB979174"
        and .SPNHEALTHD_DOMAIN == "corp.example.com")'
}
check "journalctl -o json has its severity and fields" fields CRITICAL 2 "$spn"

explained()
{
    journal -x -u "$unit" SPNHEALTHD_CODE=SPN_MISSING | tee /dev/stderr | grep '^░░' >"$scratch/text"
    grep -q 'Subject: ' "$scratch/text"
    grep -q KB979174 "$scratch/text"
    grep -q setspn "$scratch/text"
}
check "journalctl -x explains it, with article and remedy" explained

status_line()
{
    inside systemctl status --no-pager "$unit" | tee /dev/stderr | grep 'Status: "CRITICAL'
}
check "systemctl status shows the last verdict" status_line

asks_the_service()
{
    local status=0

    inside spnhealthd --status || status=$?
    echo "exit status: $status"
    ((status == 2))
    { inside spnhealthd --status || true; } | grep -xF "CRITICAL  SPN_MISSING $spn"
    { inside spnhealthd --status -f json || true; } | jq -e --arg spn "$spn" '
        .status == "CRITICAL" and ([.findings[] | select(.status != "OK")]
        | length == 1 and .[0].code == "SPN_MISSING" and .[0].subject == $spn)'
}
check "spnhealthd --status says the same, with status 2" asks_the_service

from_timer()
{
    # With it, systemd remembers how the last one ended.
    inside systemctl start spnhealthd-check.timer
    inside systemctl list-timers --no-pager | grep spnhealthd-check.timer
    inside systemctl start spnhealthd-check.service
    is spnhealthd-check.service Result success
    is spnhealthd-check.service ExecMainStatus 2
    logged spnhealthd-check.service SPN_MISSING
    inside systemctl stop spnhealthd-check.timer
}
check "the timer's unit ends well with exit status 2" from_timer

# ----- ends that it did not choose

# comes_back PID: another process than that one runs, and has judged.
comes_back()
{
    local pid

    pid=$(property "$unit" MainPID)
    ((pid > 0 && pid != $1)) && verdict "$unit" CRITICAL
}

# What stood before is known: several cycles, and nothing is told of it.
repeats_nothing()
{
    await "the next one" comes_back "$1"
    sleep 6
    journal -u "$unit" -o cat
    refused alerts_came "$unit"
}

after_kill()
{
    local pid

    pid=$(property "$unit" MainPID)
    inside systemctl kill --kill-who=main --signal=KILL "$unit"
    repeats_nothing "$pid"
}
mark
check "killed, it is started again and repeats nothing" after_kill

after_hang()
{
    local pid

    pid=$(property "$unit" MainPID)
    inside systemctl kill --kill-who=main --signal=STOP "$unit"
    repeats_nothing "$pid"
    journal -o cat UNIT="$unit" | grep "Watchdog timeout"
}
mark
check "stopped in its loop, the watchdog ends it; started again, it repeats nothing" after_hang

mark
lab_does heal spn-missing
check "the SPN put back is a recovery, once" alert_came_once "$unit" OK SPN_MISSING "$spn"

# ----- its keytab, its configuration, its state

notices_once()
{
    cp -p "$root$keytab" "$root$keytab.new"
    touch "$root$keytab.new"
    mv "$root$keytab.new" "$root$keytab"
    await "its notice" logged "$unit" "$keytab"
    sleep 5
    (($(logged "$unit" "$keytab" | wc -l) == 1))
}
mark
check "a new keytab on disk is told once" notices_once

refuses_to_share()
{
    local status=0

    inside env CREDENTIALS_DIRECTORY="/run/credentials/$unit" timeout 10 \
        spnhealthd -c /etc/spnhealthd/spnhealthd.yaml >"$scratch/second" 2>&1 || status=$?
    cat "$scratch/second"
    echo "exit status: $status"
    ((status == 78))
    grep -q "$state" "$scratch/second"
    is "$unit" ActiveState active
}
check "a second one on the same state directory refuses to start" refuses_to_share

reloads()
{
    local pid

    pid=$(property "$unit" MainPID)
    refused inside test -e "$textfile"
    configure spnhealthd 2s "metrics: {textfile: $textfile}"
    inside systemctl reload "$unit"
    is "$unit" ActiveState active
    is "$unit" MainPID "$pid"
    await "the textfile" inside grep '^spnhealthd_build_info' "$textfile"
    [[ $(inside stat -c %a "$textfile") == 644 ]]
}
mark
check "a reload puts the new configuration into force, here metrics.textfile" reloads

refuses()
{
    local pid

    pid=$(property "$unit" MainPID)
    configure spnhealthd 2s "clocks: {}"
    refused inside systemctl reload "$unit"
    is "$unit" ActiveState active
    is "$unit" MainPID "$pid"
    logged "$unit" 'spnhealthd.yaml:[0-9]+:[0-9]+: clocks: '
}

keeps()
{
    refuses
    # The former one is at work.
    inside rm "$textfile"
    await "the textfile" inside test -e "$textfile"
}
mark
check "a reload with a bad one fails, and the running one is kept" keeps
configure spnhealthd 2s "alerts: {confirm: 1}"

# ----- the other one, idle all the while

idle_s()
{
    awk -v now="$EPOCHREALTIME" -v since="$idle_since" 'BEGIN { print now - since }'
}
while at_most "$(idle_s)" 50; do
    sleep 1
done
wakeups=$(awk -v a="$switches" -v b="$(of_main "$other" voluntary_ctxt_switches)" -v s="$(idle_s)" \
    'BEGIN { if (a != "" && b != "") printf "%.1f in %d s\n", (b - a) * 60 / s, s }')
check "wake-ups a minute while idle: ${wakeups:-unknown}, at most 6" at_most "${wakeups%% *}" 6

lab_does break drop-389
runs_now()
{
    refused alerts_came "$other"
    inside systemctl kill --signal=USR1 --kill-who=main "$other"
    await "its alert" alerts_came "$other"
    alerts "$other" | jq -e 'select(.SPNHEALTHD_SUBJECT | startswith("dc2."))' | grep -q 389
}
mark
check "SIGUSR1 runs its checks at once" runs_now
inside systemctl stop "$other"

# ----- the end

# Stop it, and note how long that took.
stop()
{
    stop_since=$EPOCHREALTIME
    inside systemctl stop "$unit" || true
    stop_s=$(awk -v now="$EPOCHREALTIME" -v since="$stop_since" 'BEGIN { printf "%.2f\n", now - since }')
}

has_workers()
{
    (($(processes "$unit") > 1))
}

ended_well()
{
    journal -u "$unit" | tail
    is "$unit" Result success
    is "$unit" ExecMainStatus 0
    refused inside test -e "/sys/fs/cgroup/system.slice/$unit/cgroup.procs"
    refused logged "$unit" '[Kk]illing|timed out'
}

mark
check "a run is at work" await "a worker" has_workers
stop
check "stopped during a run: $stop_s s, at most 2" at_most "$stop_s" 2
check "no worker is left, and nothing was killed" ended_well
lab_does heal drop-389

# ----- installed from the Debian package, its state as it was

find_package()
{
    deb=("$builds"/gcc/packages/deb/spnhealthd_*.deb)
    [[ -e ${deb[0]} ]]
}

# Of the suite of packages, unless this one is run by itself.
if ! find_package || [[ -n $(find "$top"/{base,checks,daemon,etc,packaging,systemd} \
    -newer "${deb[0]}" -print -quit) ]]; then
    quietly "$scratch/deb.log" "building the Debian package" \
        make -C "$builds/gcc" --no-print-directory deb
    find_package
fi

install_package()
{
    make -C "$build" --no-print-directory uninstall DESTDIR="$root"
    refused inside test -e /usr/sbin/spnhealthd -o -e /usr/libexec/spnhealthd-probe
    cp "${deb[0]}" "$root/root/spnhealthd.deb"
    inside dpkg -i /root/spnhealthd.deb
    inside systemctl list-units --failed --no-legend | silent cat
    is "$unit" ActiveState inactive
    is "$unit" LoadState loaded
}
check "after make uninstall, dpkg -i brings it back and starts nothing" install_package

mark
configure spnhealthd 2s "alerts: {confirm: 1}"
check "the package's: it starts and judges the lab OK" starts "$unit"
# Another subject: what has come and gone more than twice is flapping.
spn=SMTP/mail1
lab_does break spn-missing-short
check "the package's: an alert, once" alert_came_once "$unit" WARNING SPN_MISSING "$spn"
check "the package's: its fields" fields WARNING 4 "$spn"
check "the package's: journalctl -x explains it" explained
lab_does heal spn-missing-short
check "the package's: its recovery, once" alert_came_once "$unit" OK SPN_MISSING "$spn"
check "the package's: a reload with a bad configuration fails" refuses
stop
check "the package's: stopped after $stop_s s, at most 2" at_most "$stop_s" 2
check "the package's: it ended by itself" ended_well
exit "$failed"
