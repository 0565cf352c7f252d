# SPDX-License-Identifier: MIT
"""What was told of each finding, and whether that makes sense.

An alert is raised, then changes or is repeated, and recovers: once.  Or it
flaps, which is said once, and later settles.
"""

import collections

HOUR_S = 3600
REPEAT_S = 4 * HOUR_S
# The service counts from when it judged, we from when it told.
LEEWAY_S = 60


class Standing:
    def __init__(self, status, told):
        self.status = status
        self.told = told
        self.flapping = False


class Ledger:
    def __init__(self):
        self.standing = {}
        self.counts = collections.Counter()
        self.wrong = []
        self._last = None      # the entry that came last
        self._killed = False   # since then

    def killed(self):
        """The service was killed; it may not know that its last line arrived."""
        self._killed = True

    def take(self, line):
        """Book a line of the journal."""
        kind = line.fields.get("SPNHEALTHD_KIND")
        if not kind or kind == "held-back":
            return
        entry = {name: value for name, value in line.fields.items() if name != "SYSLOG_PID"}
        again = self._killed and entry == self._last
        self._last, self._killed = entry, False
        if again:
            self.counts["delivered again"] += 1
            return
        key = f"{entry['SPNHEALTHD_CODE']} {entry['SPNHEALTHD_SUBJECT']}"
        self.counts[kind] += 1
        problem = self._book(kind, key, entry["SPNHEALTHD_STATUS"], line.time)
        if problem:
            self.wrong.append(f"{line.time:.0f} {kind} {key}: {problem}: {line.text}")

    def _book(self, kind, key, status, now):
        """Book one event; what is wrong with it, or None."""
        alert = self.standing.get(key)
        if kind == "raised":
            self.standing[key] = Standing(status, now)
            return alert and "it stands already"
        if kind == "flapping":
            problem = alert and alert.flapping and "that was told already"
            self.standing[key] = alert or Standing(status, now)
            self.standing[key].flapping = True
            self.standing[key].told = now
            return problem
        if not alert:
            return "it does not stand"
        since = now - alert.told
        was_flapping, alert.flapping = alert.flapping, False
        was, alert.status, alert.told = alert.status, status, now
        if kind in ("recovered", "withdrawn"):
            del self.standing[key]
        elif kind == "changed" and was == status and not was_flapping:
            return "nothing has changed"
        elif kind == "repeated" and (was != status or since < REPEAT_S - LEEWAY_S):
            return f"{since:.0f} s after {was}"
        return None

    def summary(self):
        return ", ".join(f"{count} {kind}" for kind, count in sorted(self.counts.items()))
