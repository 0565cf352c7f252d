# SPDX-License-Identifier: MIT
"""What the service is told to do: reload, go on, stop."""

import os
import signal

from service import MISSING, MISSING_ALERT
from tap import check, texts


# ----- reload


def scenario_reload(host, service):
    host.open_journal()
    service.configure()
    service.begin()
    with open(service.config, encoding="utf-8") as file:
        good = file.read()
    for damage in ("colour: blue\n", "domain: twice.example\n", "checks: [\n", "\t\n", "\xff\n"):
        bad_reload(host, service, good, damage)
    said, notes = len(host.lines), len(host.notes)
    service.configure(alerts="{confirm: 1}")
    service.signal(signal.SIGHUP)
    service.await_run(notes)
    service.faults(MISSING)
    service.cycle()
    check(
        "a good configuration is adopted",
        len(host.said(MISSING_ALERT, said)) == 1,
        texts(host.lines[said:]),
    )
    os.unlink(service.config)
    bad_reload(host, service, None, None)
    service.stop()


def bad_reload(host, service, good, damage):
    said, notes = len(host.lines), len(host.notes)
    if good is not None:
        with open(service.config, "w", encoding="latin-1") as file:
            file.write(good + damage)
    service.signal(signal.SIGHUP)
    host.wait_for(lambda: host.told("READY", notes))
    where = "" if damage is None else r":\d+:\d+: "
    check(
        f"a bad configuration ({damage!r}) is refused, with its place",
        host.said(service.config + where, said) and host.said("kept", said),
        texts(host.lines[said:]),
    )
    check(
        f"a bad configuration ({damage!r}): the service goes on",
        host.told("RELOADING", notes) and not service.ended(),
        host.notes[notes:],
    )
    service.cycle()


# ----- hung workers


def scenario_hang(host, service):
    host.open_journal()
    service.configure(interval="1h", deadline="2s")
    service.faults("packet hang 3")
    notes = len(host.notes)
    service.start(WATCHDOG_USEC="400000")
    host.wait_for(lambda: service.verdicts(notes))
    fed = [when for when, note in host.notes[notes:] if "WATCHDOG" in note]
    gaps = [later - earlier for earlier, later in zip(fed, fed[1:])]
    longest = max(gaps, default=99)
    check(
        f"the watchdog is fed while a worker hangs: {len(fed)} times, "
        f"{longest * 1000:.0f} ms between at the most, of 400",
        len(fed) >= 8 and longest < 0.35,
        gaps,
    )
    service.faults("packet hang 3")
    service.signal(signal.SIGUSR1)
    host.wait_for(service.workers)
    took = service.stop()
    check(f"it stops within 2 s while a worker hangs: {took:.2f} s", took < 2)
    check("and no worker is left", not left_processes(service), left_processes(service))
    for victims in ("service", "stopped"):
        service.start()
        host.wait_for(service.workers)
        if victims == "stopped":
            for pid in service.workers():
                os.kill(pid, signal.SIGSTOP)
            took = service.stop()
            check(f"nor does a stopped worker hold it up: {took:.2f} s", took < 2)
        else:
            service.kill()
            host.wait(0.1)
            check("a worker dies with its parent", not left_processes(service), left_processes(service))


def left_processes(service):
    """What still runs as the service's user."""
    left = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.stat(f"/proc/{pid}").st_uid == os.stat(service.state).st_uid:
                left.append(pid)
        except OSError:
            pass
    return left
