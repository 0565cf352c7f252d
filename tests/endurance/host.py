# SPDX-License-Identifier: MIT
"""What the service finds on its host: syslog, the journal, systemd, a clock.

All of it in namespaces that test_endurance.sh has made.
"""

import collections
import os
import re
import selectors
import socket
import struct
import time

SYSLOG = "/dev/log"
JOURNAL = "/run/systemd/journal/socket"

Line = collections.namedtuple("Line", "time priority text fields")


class Clock:
    """The clock that libfaketime shows the service, ahead by a file's offset."""

    def __init__(self, path):
        self.path = path
        self.set(0)

    def set(self, ahead_s):
        self.ahead_s = ahead_s
        replace(self.path, f"{ahead_s:+d}\n")

    def advance(self, seconds):
        self.set(self.ahead_s + seconds)

    def now(self):
        return time.monotonic() + self.ahead_s


def replace(path, text):
    """Write a file so that no reader sees half of it."""
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.rename(path + ".new", path)


def journal_fields(datagram):
    """The fields of the journal's native protocol; those of several lines have
    a length in front."""
    fields = {}
    while datagram:
        name, _, rest = datagram.partition(b"\n")
        if b"=" in name:
            name, _, value = name.partition(b"=")
            datagram = rest
        else:
            (length,) = struct.unpack("<Q", rest[:8])
            value, datagram = rest[8 : 8 + length], rest[9 + length :]
        fields[name.decode()] = value.decode()
    return fields


class Host:
    """Listens where syslog, the journal and systemd do."""

    def __init__(self, work):
        self.notify_path = os.path.join(work, "notify")
        self.clock = Clock(os.path.join(work, "clock"))
        self.lines = []
        self.notes = []  # (time, {name: value}) as systemd hears them
        self._sockets = {}
        self._selector = selectors.DefaultSelector()
        self.listen(self.notify_path, self._take_note)

    def listen(self, path, take):
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        listener.setblocking(False)
        if os.path.lexists(path):
            os.unlink(path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        listener.bind(path)
        os.chmod(path, 0o666)
        self._selector.register(listener, selectors.EVENT_READ, take)
        self._sockets[path] = listener

    def close(self, path):
        self.drain()
        listener = self._sockets.pop(path)
        self._selector.unregister(listener)
        listener.close()
        os.unlink(path)

    def open_syslog(self):
        self.listen(SYSLOG, self._take_syslog)

    def open_journal(self):
        self.listen(JOURNAL, self._take_journal)

    def close_logs(self):
        for path in (SYSLOG, JOURNAL):
            if path in self._sockets:
                self.close(path)

    def close_all(self):
        for path in list(self._sockets):
            self.close(path)

    def _take_note(self, datagram):
        pairs = (line.partition("=") for line in datagram.decode().splitlines())
        self.notes.append((time.monotonic(), {name: value for name, _, value in pairs}))

    def _take_syslog(self, datagram):
        header = re.match(r"<(\d+)>.{15} spnhealthd\[\d+\]: (.*)", datagram.decode(), re.DOTALL)
        self._take_line(int(header[1]) % 8, header[2], {})

    def _take_journal(self, datagram):
        fields = journal_fields(datagram)
        self._take_line(int(fields["PRIORITY"]), fields["MESSAGE"], fields)

    def _take_line(self, priority, text, fields):
        self.lines.append(Line(self.clock.now(), priority, text, fields))

    def drain(self, timeout_s=0.0):
        """Take what has come; wait for something at most so long."""
        for key, _ in self._selector.select(timeout_s):
            while True:
                try:
                    key.data(key.fileobj.recv(65536))
                except BlockingIOError:
                    break

    def wait(self, seconds):
        """Let time pass."""
        self.wait_for(lambda: False, seconds)

    def wait_for(self, condition, seconds=10.0):
        """Until a condition holds; whether it did in time."""
        end = time.monotonic() + seconds
        while not condition():
            left = end - time.monotonic()
            if left <= 0:
                return False
            self.drain(min(left, 0.05))
        return True

    def said(self, pattern, since=0):
        """The lines of the log from one on that match."""
        return [line for line in self.lines[since:] if re.search(pattern, line.text)]

    def told(self, name, since=0):
        """What systemd was told of a name from one note on."""
        return [note[name] for _, note in self.notes[since:] if name in note]
