# SPDX-License-Identifier: MIT
"""The service under test, its configuration and its workers' faults."""

import glob
import os
import shutil
import signal
import subprocess
import time

from host import replace

DC1, DC2, EX1 = "dc1.corp.example.com", "dc2.corp.example.com", "ex1.corp.example.com"
# An SPN that no account holds, and what is told of that.
MISSING = f"missing SMTPSVC/{EX1}"
MISSING_ALERT = f"^CRITICAL SPN_MISSING SMTPSVC/{EX1}"
CYCLE_S = 300
# As whom the service runs: nobody else does.
UID = 61300


class Service:
    def __init__(self, host, work, probe):
        self.host = host
        self.program = os.environ["SPNHEALTHD"]
        self.config = os.path.join(work, "spnhealthd.yaml")
        self.state = os.path.join(work, "state")
        self.faults_path = os.path.join(work, "faults")
        self.stderr_path = os.path.join(work, "stderr")
        self.environment = {
            "PATH": os.environ["PATH"],
            # What is freed shall not grow the process that is forked so often.
            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=4",
            "UBSAN_OPTIONS": os.environ.get("UBSAN_OPTIONS", ""),
            "SPNHEALTHD_PROBE": probe,
            "FAKE_PROBE_FAULTS": self.faults_path,
            "NOTIFY_SOCKET": host.notify_path,
            "LD_PRELOAD": glob.glob("/usr/lib/*/faketime/libfaketime.so.1")[0],
            "FAKETIME_TIMESTAMP_FILE": host.clock.path,
            "FAKETIME_NO_CACHE": "1",
        }
        self.process = None
        self.faults()
        os.mkdir(self.state)
        os.chown(self.state, UID, UID)

    def configure(self, interval="5m", deadline="2s", alerts="{}", extra=""):
        checks = ("spn", "duplicates", "clock", "ports")
        lines = [f"  {check}: {{interval: {interval}}}" for check in checks]
        replace(
            self.config,
            "domain: corp.example.com\n"
            "ldap: {bind: anonymous}\n"
            f"probes: {{timeout: 300ms, smtp_timeout: 300ms, deadline: {deadline}}}\n"
            f"checks:\n" + "\n".join(lines) + "\n"
            f"alerts: {alerts}\n"
            f"state_directory: {self.state}\n" + extra,
        )

    def faults(self, *faults):
        replace(self.faults_path, "".join(f"{fault}\n" for fault in faults))

    def begin(self, **environment):
        """Start it and await its first run."""
        since = len(self.host.notes)
        self.start(**environment)
        self.await_run(since)

    def start(self, **environment):
        """Start it, as systemd would, and wait until it is ready."""
        since = len(self.host.notes)
        with open(self.stderr_path, "ab") as stderr:
            self.process = subprocess.Popen(
                [self.program, "-c", self.config],
                env={**self.environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=stderr,
                stderr=stderr,
                user=UID,
                group=UID,
                extra_groups=[],
            )
        ready = self.host.wait_for(lambda: self.host.told("READY", since) or self.ended())
        if not ready or self.ended():
            raise AssertionError(f"the service did not start: {self.stderr()}")

    def ended(self):
        return self.process.poll() is not None

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        """SIGKILL, as a crash or the machine's end would have it."""
        self.process.kill()
        self.process.wait()
        self.host.drain()

    def stop(self):
        """SIGTERM; the seconds that it took.  It must end well."""
        begun = time.monotonic()
        self.signal(signal.SIGTERM)
        self.host.wait_for(self.ended, 20)
        took = time.monotonic() - begun
        if not self.ended():
            self.kill()
        if self.process.returncode != 0 or self.stderr():
            raise AssertionError(f"it ended with {self.process.returncode}: {self.stderr()}")
        return took

    def stderr(self):
        with open(self.stderr_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def verdicts(self, since=0):
        """The ends of runs, as systemd is told of them."""
        return [
            note["STATUS"]
            for _, note in self.host.notes[since:]
            if "STATUS" in note and len(note) == 1
        ]

    def await_run(self, since):
        """Until a run has ended whose end is told after so many notes."""
        if not self.host.wait_for(lambda: self.verdicts(since) or self.ended()):
            raise AssertionError("no run has ended within 10 s")
        if self.ended():
            raise AssertionError(f"it ended with {self.process.returncode}: {self.stderr()}")

    def run_now(self):
        """All checks run, whenever they would be due."""
        since = len(self.host.notes)
        self.signal(signal.SIGUSR1)
        self.await_run(since)

    def cycle(self):
        """Let the time of a cycle pass; all checks run."""
        self.host.clock.advance(CYCLE_S)
        self.run_now()

    def workers(self):
        """The processes that it has started."""
        path = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        try:
            with open(path, encoding="ascii") as file:
                return [int(pid) for pid in file.read().split()]
        except OSError:
            return []

    def resident_kib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            for line in file:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1])
        raise AssertionError("no VmRSS")

    def clear(self):
        """Leave nothing to the next one."""
        shutil.rmtree(self.state)
        if os.path.exists(self.stderr_path):
            os.unlink(self.stderr_path)

    def limit(self, option, number):
        """Limit a resource of the running service, as prlimit(1) has it.  Its
        own user may; root in a container may not."""
        subprocess.run(
            ["prlimit", "--pid", str(self.process.pid), f"--{option}={number}:"],
            user=UID,
            group=UID,
            extra_groups=[],
            check=True,
        )
