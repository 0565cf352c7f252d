# SPDX-License-Identifier: MIT
"""What surrounds the service fails: its state directory, the log, the kernel's
limits, the clock."""

import os
import signal
import subprocess

from ledger import Ledger
from service import DC1, EX1, MISSING, MISSING_ALERT
from tap import check, only_once, texts


# ----- the state directory


def scenario_state(host, service):
    host.open_journal()
    service.configure(alerts="{confirm: 1}")
    service.begin()
    read_only(host, service)
    full(host, service)
    damaged(host, service)
    service.stop()


def read_only(host, service):
    said = len(host.lines)
    subprocess.run(["mount", "--bind", service.state, service.state], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", service.state], check=True)
    while_unwritable(host, service, said, "read-only", "Read-only file system")
    unmount(service.state)
    writable_again(host, service, "read-only")


def full(host, service):
    said = len(host.lines)
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=128k,mode=0777", "tiny", service.state], check=True
    )
    filler = os.path.join(service.state, "filler")
    try:
        with open(filler, "wb", buffering=0) as file:
            while True:
                file.write(b"x" * 4096)
    except OSError:
        pass
    while_unwritable(host, service, said, "full", "No space left on device")
    os.unlink(filler)
    writable_again(host, service, "full")
    unmount(service.state)


def unmount(folder):
    # The service has locked it, and lets go when it sees another in its place.
    subprocess.run(["umount", "--lazy", folder], check=True)


def while_unwritable(host, service, said, what, reason):
    service.faults(MISSING)
    for _ in range(5):
        service.cycle()
    complaints = host.said(reason, said)
    check(
        f"a state directory that is {what}: each file's failure is said once, not every cycle",
        complaints and only_once(complaints),
        texts(host.lines[said:]),
    )
    check(
        f"a state directory that is {what}: an alert is told",
        len(host.said(MISSING_ALERT, said)) == 1,
        texts(host.lines[said:]),
    )


def writable_again(host, service, what):
    said = len(host.lines)
    for _ in range(3):
        service.cycle()
    check(
        f"a state directory that was {what}: no alert is told again, or lost from memory",
        not host.said(MISSING_ALERT, said) and "stand" in service.verdicts()[-1],
        texts(host.lines[said:]),
    )
    again = host.said("works again", said)
    check(
        f"a state directory that was {what}: said once that it works again",
        again and only_once(again),
        texts(host.lines[said:]),
    )
    service.faults()
    service.cycle()
    check(
        f"a state directory that was {what}: the recovery is told",
        len(host.said("^OK SPN_MISSING", said)) == 1,
        texts(host.lines[said:]),
    )


def damaged(host, service):
    service.faults(MISSING)
    service.cycle()
    service.stop()
    for damage in (b"\0\xff{not json\n", b"", b'{"type":"alerts","version":99}\n'):
        start_damaged(host, service, damage)


def start_damaged(host, service, damage):
    path = os.path.join(service.state, "alerts")
    with open(path, "rb") as file:
        good = file.read()
    with open(path, "wb") as file:
        file.write(good[:100] + damage if damage else b"")
    said, notes = len(host.lines), len(host.notes)
    service.start()
    host.wait_for(lambda: service.verdicts(notes))
    kept = [name for name in os.listdir(service.state) if name.startswith("alerts.")]
    check(
        f"a damaged state ({damage!r}) costs a warning, not the service",
        host.said(path, said) and service.verdicts(notes),
        texts(host.lines[said:]),
    )
    check(f"a damaged state ({damage!r}) is set aside", kept, os.listdir(service.state))
    for name in kept:
        os.unlink(os.path.join(service.state, name))
    service.stop()


# ----- the log


def scenario_log(host, service):
    host.open_syslog()
    service.configure(alerts="{confirm: 1}")
    service.begin()
    for name, reopen in (("syslog", host.open_syslog), ("the journal", host.open_journal)):
        log_gone(host, service, name, reopen)
    log_overflow(host, service)
    service.stop()


def log_gone(host, service, name, reopen):
    host.close_logs()
    said = len(host.lines)
    for faults in ((MISSING,), (MISSING, f"closed {DC1} 135"), (f"closed {DC1} 135",), ()):
        service.faults(*faults)
        service.cycle()
    reopen()
    service.cycle()
    got = [" ".join(line.text.split()[:2]) for line in host.lines[said:]]
    wanted = ["CRITICAL SPN_MISSING", "WARNING PORT_CLOSED", "OK SPN_MISSING", "OK PORT_CLOSED"]
    check(f"while {name} was gone nothing was lost, in order", got == wanted, "\n".join(got))


def log_overflow(host, service):
    """Twelve hundred alerts while nobody listens, of which a thousand wait."""
    many = 1200
    host.close_logs()
    said = len(host.lines)
    service.faults(f"malformed {many}")
    for _ in range(many // 100 + 2):
        service.cycle()
    host.open_journal()
    for _ in range(5):
        service.cycle()  # so many times it is behind, and asked again later
    raised = [line for line in host.lines[said:] if "SPN_MALFORMED" in line.text]
    dropped = host.said(r"(\d+) older alerts and messages were dropped", said)
    number = int(dropped[0].text.split()[0]) if dropped else 0
    held_back = host.said("more alerts wait", said)
    check(
        f"of {many} alerts without a log {len(raised)} are kept, and {number} said to be dropped",
        800 <= len(raised) <= 1000 and len(dropped) == 1 and number >= many - len(raised),
        texts(dropped + held_back),
    )
    service.faults()
    for _ in range(many // 100 + 2):
        service.cycle()
    recovered = host.said("^OK SPN_MALFORMED", said)
    check("each of them recovers", len(recovered) == many, len(recovered))


# ----- no processes, no descriptors


def scenario_limits(host, service):
    """Without libfaketime, which needs a descriptor to tell the time."""
    host.open_journal()
    service.configure(alerts="{confirm: 1}")
    service.begin(LD_PRELOAD="", WATCHDOG_USEC="200000")
    descriptors = len(os.listdir(f"/proc/{service.process.pid}/fd"))
    limited(host, service, "refused processes", "nproc", 1, "SMTP/ex1")
    limited(host, service, "out of descriptors", "nofile", descriptors, "SMTPSVC/ex1")
    limited(host, service, "almost out of descriptors", "nofile", descriptors + 5, f"SMTP/{EX1}")
    service.stop()


def limited(host, service, what, option, number, spn):
    said, notes = len(host.lines), len(host.notes)
    service.faults(f"missing {spn}")
    service.limit(option, number)
    for _ in range(5):
        service.signal(signal.SIGUSR1)
        host.wait(0.15)
    service.limit(option, 1024)
    fed = host.told("WATCHDOG", notes)
    check(f"{what}: it lives, and feeds the watchdog", not service.ended() and len(fed) >= 5, fed)
    complaints = host.said("starting a worker|making a pipe|watching a worker", said)
    check(
        f"{what}: it says so, but not every cycle",
        complaints and only_once(complaints),
        texts(host.lines[said:]),
    )
    for _ in range(2):
        service.run_now()
    check(
        f"{what}: later all is checked again",
        len(host.said(f"SPN_MISSING {spn}: no account", said)) == 1,
        texts(host.lines[said:]),
    )
    service.faults()
    for _ in range(2):
        service.run_now()
    check(f"{what}: and found well", service.verdicts()[-1].startswith("OK"), service.verdicts()[-1])
    check(
        f"{what}: what was told has recovered",
        not open_alerts(host.lines[said:]),
        texts(host.lines[said:]),
    )


def open_alerts(lines):
    ledger = Ledger()
    for line in lines:
        ledger.take(line)
    return list(ledger.standing) + ledger.wrong


# ----- the system's clock


def scenario_clock(host, service):
    """The wall clock alone is stepped; runs go by the monotonic one."""
    host.open_journal()
    service.configure(interval="1s", alerts="{confirm: 1, repeat: 30m}")
    service.faults(MISSING)
    service.begin(FAKETIME_DONT_FAKE_MONOTONIC="1")
    host.wait(1.2)
    said, counts = len(host.lines), {}
    for name, ahead_s in (("before", 0), ("an hour ahead", 3600), ("an hour back", -3600)):
        host.clock.set(ahead_s)
        notes = len(host.notes)
        host.wait(3)
        counts[name] = len(service.verdicts(notes))
    check(
        f"a clock that is stepped neither stops nor doubles runs: {counts}",
        all(2 <= count <= 4 for count in counts.values()),
    )
    check("nor repeats alerts", not host.lines[said:], texts(host.lines[said:]))
    service.stop()
