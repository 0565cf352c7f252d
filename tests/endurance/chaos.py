# SPDX-License-Identifier: MIT
"""Faults that come and go at random, and processes that are killed."""

import os
import signal
import time

from ledger import Ledger
from service import CYCLE_S, DC1, DC2, EX1, MISSING

STANDING_FAULTS = [
    f"down {DC1}",
    f"down {DC2}",
    f"closed {DC1} 88",
    f"closed {DC2} 88",
    f"closed {DC1} 389",
    f"closed {DC2} 135",
    f"skew {DC1} 120",
    f"skew {DC2} 900",
    f"skew {EX1} 400",
    MISSING,
    "missing SMTP/ex1",
    f"duplicate SMTP/{EX1}",
    "duplicate SMTPSVC/ex1",
    "malformed 2",
]
WORKERS = ["packet", f"session {DC1}", f"session {DC2}"]


class Chaos:
    """What happens to one service, cycle after cycle, and what it tells."""

    def __init__(self, host, service, dice):
        self.host = host
        self.service = service
        self.dice = dice
        self.ledger = Ledger()
        self.booked = 0
        self.standing = set()
        self.workers_killed = self.parents_killed = 0
        self.cycle_s = 0.02

    def book(self):
        """Book what the log has got since."""
        self.host.drain()
        for line in self.host.lines[self.booked :]:
            self.ledger.take(line)
        self.booked = len(self.host.lines)

    def change_faults(self):
        if self.dice.random() < 0.2:
            self.standing ^= {self.dice.choice(STANDING_FAULTS)}
        if self.dice.random() < 0.02:
            self.standing.clear()
        faults = list(self.standing)
        if self.dice.random() < 0.1:
            how = self.dice.choice(("crash", "garbage"))
            faults.append(f"{self.dice.choice(WORKERS)} {how} {self.dice.randrange(6)}")
        if self.dice.random() < 0.01:
            faults.append(f"{self.dice.choice(WORKERS)} hang {self.dice.randrange(6)}")
        self.service.faults(*faults)

    def cycle(self):
        self.change_faults()
        begun = time.monotonic()
        self.service.cycle()
        self.cycle_s = 0.9 * self.cycle_s + 0.1 * (time.monotonic() - begun)
        self.book()

    def cycle_killing_worker(self):
        """A cycle in which a worker is killed, if one is met at work."""
        victim = self.dice.choice(WORKERS)
        self.service.faults(*self.standing, f"{victim} slow 1")
        since = len(self.host.notes)
        self.host.clock.advance(CYCLE_S)
        self.service.signal(signal.SIGUSR1)
        self.host.wait(self.dice.random() * self.cycle_s)
        for pid in self.service.workers()[:1]:
            try:
                os.kill(pid, signal.SIGKILL)
                self.workers_killed += 1
            except ProcessLookupError:
                pass
        self.service.await_run(since)
        self.book()

    def cycle_reloading(self):
        """A cycle in which the configuration is read again, at any moment."""
        self.change_faults()
        since = len(self.host.notes)
        self.host.clock.advance(CYCLE_S)
        self.service.signal(signal.SIGUSR1)
        self.host.wait(self.dice.random() * self.cycle_s)
        self.service.signal(signal.SIGHUP)
        self.host.wait_for(lambda: self.host.told("RELOADING", since))
        self.service.await_run(len(self.host.notes))
        self.book()

    def state_changed(self):
        return os.stat(self.service.state).st_mtime_ns

    def await_moment(self):
        """The moment of a kill: any of a cycle, or about when the state is
        written."""
        before, begun = self.state_changed(), time.monotonic()
        if self.dice.random() < 0.5:
            end = begun + self.dice.random() * 1.2 * self.cycle_s
            while time.monotonic() < end:
                pass
        else:
            while self.state_changed() == before and time.monotonic() < begun + 0.5:
                pass
            end = time.monotonic() + self.dice.random() * 0.0005
            while time.monotonic() < end:
                pass

    def cycle_killing_parent(self):
        self.change_faults()
        self.host.clock.advance(CYCLE_S)
        self.service.signal(signal.SIGUSR1)
        self.await_moment()
        self.service.kill()
        self.parents_killed += 1
        self.book()
        self.ledger.killed()
        self.service.begin()
        self.book()

    def settle(self, faults, cycles):
        """These faults and no others, for some cycles."""
        self.standing = set(faults)
        self.service.faults(*faults)
        for _ in range(cycles):
            self.service.cycle()
        self.book()
