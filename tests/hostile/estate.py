#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A domain controller, a mail server and their DNS, hostile in one way.

usage: estate.py WHAT KIND

WHAT is "packets" (every service but DNS), "dns" (DNS alone) or "session" (the
directory after a bind; KIND is then a mode of ../session/hostile.py, or
"referral").  Everything else is honest.
"""

import itertools
import os
import random
import socket
import struct
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "session"))
import hostile as ldap  # noqa: E402

DC, MAIL = "10.99.0.1", "10.99.0.2"
DOMAIN = b"test.example"
BASE = b"dc=test,dc=example"
EVIL = b"\x1b[31mred\x07\r\n\x00\x9b2J\xc2\x9b2J"
SEARCH_REFERENCE = 0x73


# ----- honest answers; "evil" stands in every text of them


def now(form, seconds=None):
    return time.strftime(form, time.gmtime(seconds)).encode()


def der(tag, *parts):
    body = b"".join(parts)
    size = len(body)
    if size < 128:
        return bytes([tag, size]) + body
    return bytes([tag, 0x82]) + size.to_bytes(2, "big") + body


def number(value):
    return der(0x02, value.to_bytes(3, "big"))


def krb_error(evil):
    text = der(0x1B, b"TEST.EXAMPLE" + evil)
    name = der(0x30, der(0xA0, number(2)), der(0xA1, der(0x30, der(0x1B, b"krbtgt" + evil), text)))
    moment = time.time()
    fields = [
        (0, number(5)),
        (1, number(30)),
        (4, der(0x18, now("%Y%m%d%H%M%SZ", moment))),
        (5, number(int(moment % 1 * 1e6))),
        (6, number(25)),
        (9, text),
        (10, name),
        (11, der(0x1B, b"NEEDED_PREAUTH" + evil)),
    ]
    return der(0x7E, der(0x30, *(der(0xA0 + tag, value) for tag, value in fields)))


def kdc(request, evil, stream):
    answer = krb_error(evil)
    return struct.pack(">I", len(answer)) + answer if stream else answer


def kpasswd(request, evil, stream):
    return krb_error(evil)


def labels(*parts):
    return b"".join(bytes([len(part)]) + part for part in parts) + b"\0"


def netlogon(evil):
    names = [
        labels(b"test", b"example"),
        labels(b"test" + evil, b"example"),
        labels(b"dc1" + evil, b"test", b"example"),
        labels(b"TEST" + evil),
        labels(b"DC1" + evil),
        labels(),
        labels(b"Site" + evil),
        labels(b"Client" + evil),
    ]
    return struct.pack("<HHI16s", 23, 0, 0x3FD, b"g" * 16) + b"".join(names) + b"\5\0\0\0\xff\xff\xff\xff"


def root_dse(evil):
    return {
        "currentTime": [now("%Y%m%d%H%M%S.0Z")],
        "defaultNamingContext": [BASE + evil],
        "configurationNamingContext": [b"cn=configuration," + BASE + evil],
        "rootDomainNamingContext": [BASE + evil],
        "namingContexts": [BASE + evil],
        "dnsHostName": [b"DC1.test.example" + evil],
        "isSynchronized": [b"TRUE"],
        "isGlobalCatalogReady": [b"TRUE"],
        "supportedCapabilities": [b"1.2.840.113556.1.4.800"],
        "supportedSASLMechanisms": [b"GSSAPI" + evil],
    }


def message_id(request):
    return int.from_bytes(ldap.element(ldap.element(request)[1])[1], "big")


def directory(request, evil, stream):
    """An answer to a search of the rootDSE."""
    attributes = {"Netlogon": [netlogon(evil)]} if b"etlogon" in request else root_dse(evil)
    which = message_id(request)
    return ldap.message(which, ldap.entry(evil, **attributes)) + ldap.message(
        which, ldap.result(ldap.DONE, 0, evil)
    )


def smb(request, evil, stream):
    header = b"\xfeSMB" + struct.pack("<HHIHHIIQIIQ16s", 64, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, b"")
    filetime = int((time.time() + 11644473600) * 10**7)
    body = struct.pack("<HHHH16sIIIIQQHHI", 65, 1, 0x302, 0, b"", 0, 65536, 65536, 65536, filetime, 0, 128, 0, 0)
    message = header + body + b"\0"
    return struct.pack(">I", len(message)) + message


def ntp(request, evil, stream):
    stamp = int((time.time() + 2208988800) * 2**32)
    return struct.pack(">BBbbII4s", 0x24, 2, 6, -20, 0, 0, (b"GPS" + evil)[:4]) + struct.pack(
        ">QQQQ", stamp, struct.unpack(">Q", request[40:48])[0], stamp, stamp
    )


def smtp(request, evil, stream):
    return b"220 mail1.test.example ESMTP" + evil + now("; %a, %d %b %Y %H:%M:%S +0000\r\n")


def record(kind, data, owner=b"\xc0\x0c"):
    return owner + struct.pack(">HHIH", kind, 1, 60, len(data)) + data


def dns_records(name, kind, evil):
    host = labels(b"dc1" + evil, b"test", b"example")
    mail = labels(b"mail1" + evil, b"test", b"example")
    address = MAIL if name.startswith(b"mail1") else DC
    ports = {b"_ldap": 389, b"_kerberos": 88, b"_gc": 3268, b"_kpasswd": 464}
    service = name.split(b".")[0]
    if kind == 1 and name.startswith((b"dc1", b"mail1")):
        return [record(1, socket.inet_aton(address))]
    if kind == 33 and service in ports:
        return [record(33, struct.pack(">HHH", 0, 100, ports[service]) + host)]
    if kind == 15 and name == DOMAIN:
        return [record(15, b"\0\5" + mail)]
    if kind == 2 and name == DOMAIN:
        return [record(2, host)]
    return []


def dns(request, evil, stream):
    query = request[2:] if stream else request
    end = query.index(b"\0", 12) + 5
    name, at = [], 12
    while query[at]:
        name.append(query[at + 1 : at + 1 + query[at]].lower())
        at += query[at] + 1
    answers = dns_records(b".".join(name), struct.unpack(">H", query[end - 4 : end - 2])[0], evil)
    reply = query[:2] + struct.pack(">HHHHH", 0x8580, 1, len(answers), 0, 0) + query[12:end] + b"".join(answers)
    return struct.pack(">H", len(reply)) + reply if stream else reply


# ----- and what is done to them

ABSURD = {
    53: b"\xff\xff" + b"\0\0\x85\x80" + b"\xff\xff" * 4 + b"\xc0\x0c" * 20,
    88: b"\x7f\xff\xff\xff\x7e\x84\x7f\xff\xff\xff\x30\x84\x7f\xff\xff\xf0",
    445: b"\0\xff\xff\xff\xfeSMB" + b"\xff" * 100,
    25: b"220-" + b"x" * 4000,
}
LDAP_ABSURD = b"\x30\x84\x7f\xff\xff\xff\x02\x01\x01\x64\x84\x7f\xff\xff\xff\x04\x84\xff\xff\xff\xff"


def spoil(kind, port, honest, stream):
    """What to send instead of an honest answer, piece by piece."""
    noise = random.Random(port).randbytes(300)
    wrong = krb_error(b"") if port == 25 else b"220 I am something else\r\n"
    return {
        "honest": lambda: [honest],
        "control": lambda: [honest],
        "overlong": lambda: [honest + b"A" * (1 << 20 if stream else 50000)],
        "truncated": lambda: [honest[: len(honest) // 2]],
        "endless": lambda: itertools.chain(
            [honest[:6]], itertools.repeat(b"A" * 65536) if stream else [noise] * 1000
        ),
        "wrong": lambda: [wrong],
        "random": lambda: [noise],
        "absurd": lambda: [ABSURD.get(port, LDAP_ABSURD), None],
        "drip": lambda: ldap.drip(honest),
        "close": lambda: [b""],
        "flood": lambda: [noise] * 200 + [honest] * 200,
    }[kind]()


class Service:
    """One port, over both transports."""

    def __init__(self, address, port, honest, kind, speaks_first=False):
        self.address = (address, port)
        self.honest, self.kind, self.speaks_first = honest, kind, speaks_first
        for which, work in ((socket.SOCK_STREAM, self.accept), (socket.SOCK_DGRAM, self.receive)):
            listener = socket.socket(socket.AF_INET, which)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(self.address)
            if which == socket.SOCK_STREAM:
                listener.listen(64)
            threading.Thread(target=work, args=(listener,), daemon=True).start()

    def pieces(self, request, stream):
        evil = EVIL if self.kind == "control" else b""
        return spoil(self.kind, self.address[1], self.honest(request, evil, stream), stream)

    def accept(self, listener):
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=self.converse, args=(connection,), daemon=True).start()

    def converse(self, connection):
        try:
            with connection:
                if self.kind == "close":
                    return
                request = b"" if self.speaks_first else connection.recv(65536)
                self.reply(connection, request)
        except OSError:
            pass

    def reply(self, connection, request):
        if not request and not self.speaks_first:
            return
        for piece in self.pieces(request, True):
            if piece is None:
                time.sleep(60)
            connection.sendall(piece)
        # An end of the stream, not a reset, after an answer.
        connection.shutdown(socket.SHUT_WR)
        connection.recv(65536)

    def receive(self, listener):
        while True:
            request, client = listener.recvfrom(65536)
            threading.Thread(target=self.send, args=(listener, request, client), daemon=True).start()

    def send(self, listener, request, client):
        try:
            for piece in self.pieces(request, False):
                if piece is not None:
                    listener.sendto(piece, client)
        except OSError:
            pass


class Directory(Service):
    """Tells of itself what is asked, then binds anybody, and lies."""

    mode = None

    def reply(self, connection, request):
        if self.mode is None:
            super().reply(connection, request)
            return
        received = request
        while True:
            whole = ldap.element(received)
            if whole is None:
                more = connection.recv(65536)
                if not more:
                    return
                received += more
                continue
            one, received = received[: len(received) - len(whole[2])], whole[2]
            self.answer(connection, one)

    def answer(self, connection, request):
        which = message_id(request)
        operation = ldap.element(ldap.element(request)[1])[2]
        if operation[0] == ldap.BIND:
            connection.sendall(ldap.message(which, ldap.result(ldap.BIND_RESPONSE)))
        elif operation[0] == ldap.SEARCH and ldap.element(operation)[1].startswith(b"\x04\0"):
            connection.sendall(directory(request, b"", True))
        elif operation[0] == ldap.SEARCH:
            for piece in self.lies(which, request):
                if piece is None:
                    time.sleep(60)
                connection.sendall(piece)

    def lies(self, which, request):
        if self.mode != "referral":
            return ldap.answer(self.mode, which, request)
        elsewhere = ldap.text(b"ldap://10.99.0.66/" + EVIL)
        return [
            ldap.message(which, ldap.ber(SEARCH_REFERENCE, elsewhere)) * 100,
            ldap.message(
                which,
                ldap.ber(
                    ldap.DONE,
                    ldap.ber(0x0A, b"\x0a"),
                    ldap.text(BASE),
                    ldap.text(EVIL),
                    ldap.ber(0xA3, elsewhere),
                ),
            ),
        ]


def main():
    what, kind = sys.argv[1:]
    packets = kind if what == "packets" else "honest"
    if what == "session":
        Directory.mode = kind
    Service(DC, 53, dns, kind if what == "dns" else "honest")
    Service(DC, 88, kdc, packets)
    Service(DC, 123, ntp, packets)
    Service(DC, 135, smb, packets)
    Directory(DC, 389, directory, packets)
    Service(DC, 445, smb, packets)
    Service(DC, 464, kpasswd, packets)
    Directory(DC, 3268, directory, packets)
    Service(MAIL, 25, smtp, packets, speaks_first=True)
    print("ready", flush=True)
    threading.Event().wait()


main()
