#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An LDAP server that lies.  usage: hostile.py PORT MODE

It binds anybody, tells nothing of itself, and answers every other search as
the mode says.  "ranges" is honest, and does what only Active Directory does.
"""

import socket
import sys
import threading
import time

BIND, BIND_RESPONSE = 0x60, 0x61
SEARCH, ENTRY, DONE = 0x63, 0x64, 0x65
SUBTREE = b"\x0a\x01\x02"
PAGED = b"1.2.840.113556.1.4.319"


def ber(tag, *parts):
    """One element, its length in the long form."""
    body = b"".join(parts)
    return bytes([tag, 0x84]) + len(body).to_bytes(4, "big") + body


def text(value):
    return ber(0x04, value)


def message(number, operation, controls=b""):
    return ber(0x30, ber(0x02, number.to_bytes(4, "big")), operation, controls)


def result(tag, code=0, words=b""):
    return ber(tag, ber(0x0A, bytes([code])), text(b""), text(words))


def entry(dn, **attributes):
    listed = [
        ber(0x30, text(name.replace("_", ";").encode()), ber(0x31, *map(text, values)))
        for name, values in attributes.items()
    ]
    return ber(ENTRY, text(dn), ber(0x30, *listed))


def cookie(value):
    size = ber(0x02, b"\x00")
    return ber(0xA0, ber(0x30, text(PAGED), text(ber(0x30, size, text(value)))))


def forever(produce):
    while True:
        yield produce()


def drip(data):
    for byte in data:
        time.sleep(0.05)
        yield bytes([byte])


def values(count, size=900):
    return [b"SMTP/%d.%s" % (i, b"x" * size) for i in range(count)]


def answer(mode, number, request):
    """What to send for a search, piece by piece; None: nothing more, ever."""
    subtree = SUBTREE in request
    done = message(number, result(DONE))
    first = {"servicePrincipalName": [], "servicePrincipalName_range=0-1": [b"SMTP/a", b"SMTP/b"]}
    then = {"servicePrincipalName_range=2-*": [b"SMTP/c"]}
    many = {"servicePrincipalName_range=0-0": [b"SMTP/a"]}
    steering = [b"SMTP/\x1b[31mred\x07", b"SMTP/a\x00b", b"SMTP/\xff\xfe", "SMTP/\u202eevil".encode()]
    if not subtree and mode == "range":
        # Whatever is asked for, there is always one more.
        return [message(number, entry(b"cn=a", **many)), done]
    if b"servicePrincipalName;range=2-*" in request:
        return [message(number, entry(b"cn=a", **then)), done]
    if not subtree:
        return [done]
    return {
        "truncated": lambda: [message(number, entry(b"cn=a", **many))[:-7], None],
        "garbage": lambda: [b"\x99" * 64, None],
        "huge": lambda: [b"\x30\x84\x7f\xff\xff\xff\x02\x01", None],
        "malformed": lambda: [message(number, ber(ENTRY, b"\x04\x7fcn=a"))],
        "endless": lambda: forever(
            lambda: message(number, entry(b"cn=a", servicePrincipalName=values(1)))
        ),
        "fat": lambda: [
            message(number, entry(b"cn=fat", servicePrincipalName=values(3000))),
            done,
        ],
        "range": lambda: [message(number, entry(b"cn=a", **many)), done],
        "ranges": lambda: [message(number, entry(b"cn=a", **first)), done],
        "control": lambda: [
            message(
                number,
                entry(
                    b"cn=\x1b[2Ja\nb",
                    servicePrincipalName=steering,
                    dNSHostName=[b"EX\x1b]0;x\x07"],
                    userAccountControl=[b"99999999999999999999"],
                ),
            ),
            done,
        ],
        "pages": lambda: [message(number, result(DONE), cookie(b"more"))],
        "drip": lambda: drip(message(number, entry(b"cn=a", servicePrincipalName=values(1)))),
        "close": lambda: [message(number, entry(b"cn=a", servicePrincipalName=values(1)))],
        "limit": lambda: [
            message(number, entry(b"cn=a", servicePrincipalName=values(1))),
            message(number, result(DONE, 4, b"too \x1b[1mmany")),
        ],
        "denied": lambda: [
            message(number, result(DONE, 1, b"00002020: Operation unavailable without authentication"))
        ],
        "hang": lambda: [
            message(number, entry(b"cn=a", servicePrincipalName=values(1))),
            None,
        ],
    }[mode]()


def element(data):
    """Split off one whole element: (tag, body, rest), or None."""
    if len(data) < 2:
        return None
    length, start = data[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[2:start], "big")
    if len(data) < start + length:
        return None
    return data[0], data[start : start + length], data[start + length :]


def serve(connection, mode):
    """Answer one client until it has gone."""
    received = b""
    while True:
        request = element(received)
        if request is None:
            more = connection.recv(65536)
            if not more:
                return
            received += more
            continue
        received = request[2]
        _, number, rest = element(request[1])
        number = int.from_bytes(number, "big")
        if rest[0] == BIND:
            connection.sendall(message(number, result(BIND_RESPONSE)))
        elif rest[0] == SEARCH:
            for piece in answer(mode, number, request[1]):
                if piece is None:
                    connection.recv(1)
                    time.sleep(60)
                connection.sendall(piece)
            if mode == "close" and SUBTREE in request[1]:
                return


def accept(connection, mode):
    try:
        if mode == "silent":
            time.sleep(60)
        else:
            serve(connection, mode)
    except OSError:
        pass
    finally:
        connection.close()


def main():
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", int(sys.argv[1])))
    listener.listen()
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=accept, args=(connection, sys.argv[2]), daemon=True).start()


if __name__ == "__main__":
    main()
