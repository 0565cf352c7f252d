#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A KDC that lies.  usage: hostile_kdc.py PORT KDC_PORT as|tgs MODE

It lies to requests of the kind that is named, over UDP and TCP, and has all
others answered by the honest KDC.  It has said "ready" when it listens, and
says "proof over udp", or tcp, for each request with a timestamp that proves a
password.
"""

import socket
import sys
import threading
import time

KINDS = {"as": 0x6A, "tgs": 0x6C}
KRB_ERROR = 0x7E
# The padata-type PA-ENC-TIMESTAMP, RFC 4120 section 5.2.7.2.
PROOF = b"\xa1\x03\x02\x01\x02"
# Say nothing; say nothing to a proof, or honestly after a while; do not even
# listen.
SILENCE, NO_PROOF, LATE, NO_TCP = object(), object(), object(), object()
LATE_SECONDS = 1.2
LOCKED = 0xC0000234


def der(tag, *parts):
    """One element, its length in the long form."""
    body = b"".join(parts)
    return bytes([tag, 0x84]) + len(body).to_bytes(4, "big") + body


def integer(value):
    return der(0x02, value.to_bytes(5, "big", signed=True))


def string(value):
    return der(0x1B, value)


def error(code, e_data=b""):
    """A KRB-ERROR, RFC 4120 section 5.9.1."""
    realm = string(b"TEST.EXAMPLE")
    name = der(0x30, der(0xA0, integer(2)), der(0xA1, der(0x30, string(b"\x1b[2Jkrbtgt"), string(b"x"))))
    fields = [
        der(0xA0, integer(5)),
        der(0xA1, integer(30)),
        der(0xA4, der(0x18, time.strftime("%Y%m%d%H%M%SZ", time.gmtime()).encode())),
        der(0xA5, integer(0)),
        der(0xA6, integer(code)),
        der(0xA9, realm),
        der(0xAA, name),
        der(0xAB, string(b"\x1b[31mred\x07")),
    ]
    if e_data:
        fields.append(der(0xAC, der(0x04, e_data)))
    return der(KRB_ERROR, der(0x30, *fields))


def extended(status):
    """As Windows explains itself, MS-KILE section 2.2.1."""
    words = status.to_bytes(4, "little") + bytes(4) + (1).to_bytes(4, "little")
    return b"\x30\x15\xa1\x03\x02\x01\x03\xa2\x0e\x04\x0c" + words


# By mode, the answer over UDP and over TCP.
ANSWERS = {
    "big": (error(52), NO_TCP),
    "big-silent": (error(52), SILENCE),
    "big-always": (error(52), error(52)),
    "garbage": (b"\x99" * 100, b"\x99" * 100),
    "truncated": (error(25)[:-9], error(25)[:-9]),
    "junk-reply": (b"\x6d\x84\x00\x00\x00\x04abcd", SILENCE),
    "preauth": (error(25), error(25)),
    "locked": (error(18, extended(LOCKED)), SILENCE),
    "not-unique": (error(8), SILENCE),
    "unavailable": (error(29), SILENCE),
    "wrong-realm": (error(68), SILENCE),
    "strange": (error(200), SILENCE),
    "no-proof": (NO_PROOF, NO_PROOF),
    "no-proof-stream": (SILENCE, NO_PROOF),
    "late": (LATE, LATE),
    "silent": (SILENCE, SILENCE),
    "endless": (SILENCE, SILENCE),
}


def relay(kdc, request):
    """Have the honest KDC answer."""
    with socket.create_connection(kdc) as stream:
        stream.sendall(len(request).to_bytes(4, "big") + request)
        return read_message(stream)


def read_exactly(stream, count):
    data = b""
    while len(data) < count:
        more = stream.recv(count - len(data))
        if not more:
            raise OSError("closed")
        data += more
    return data


def read_message(stream):
    return read_exactly(stream, int.from_bytes(read_exactly(stream, 4), "big"))


def answer(kdc, kind, lie, request, transport):
    """What to reply to a request; SILENCE: nothing."""
    proof = request[0] == KINDS["as"] and PROOF in request
    if proof:
        print("proof over", transport, flush=True)
    if request[0] != kind:
        return relay(kdc, request)
    if lie is NO_PROOF:
        return SILENCE if proof else relay(kdc, request)
    if lie is LATE:
        time.sleep(LATE_SECONDS if proof else 0)
        return relay(kdc, request)
    return lie


def serve_datagram(server, kdc, kind, lie, request, client):
    reply = answer(kdc, kind, lie, request, "udp")
    if reply is not SILENCE:
        server.sendto(reply, client)


def serve_datagrams(server, kdc, kind, lie):
    while True:
        arguments = (server, kdc, kind, lie, *server.recvfrom(65536))
        threading.Thread(target=serve_datagram, args=arguments, daemon=True).start()


def flood(stream):
    """Announce much, and send it a little at a time without end."""
    stream.sendall((100 * 1024).to_bytes(4, "big") + bytes([KRB_ERROR]))
    while True:
        time.sleep(0.02)
        stream.sendall(b"x")


def serve_stream(stream, kdc, kind, mode):
    try:
        request = read_message(stream)
        reply = answer(kdc, kind, ANSWERS[mode][1], request, "tcp")
        if mode == "endless" and reply is SILENCE:
            flood(stream)
        if reply is SILENCE:
            time.sleep(60)
        stream.sendall(len(reply).to_bytes(4, "big") + reply)
    except OSError:
        pass
    finally:
        stream.close()


def main():
    port, kdc_port, kind, mode = sys.argv[1:]
    kdc, kind = ("127.0.0.1", int(kdc_port)), KINDS[kind]
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind(("127.0.0.1", int(port)))
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", int(port)))
    if ANSWERS[mode][1] is not NO_TCP:
        listener.listen()
    print("ready", flush=True)
    arguments = (datagrams, kdc, kind, ANSWERS[mode][0])
    if ANSWERS[mode][1] is NO_TCP:
        serve_datagrams(*arguments)
    threading.Thread(target=serve_datagrams, args=arguments, daemon=True).start()
    while True:
        stream, _ = listener.accept()
        threading.Thread(target=serve_stream, args=(stream, kdc, kind, mode), daemon=True).start()


if __name__ == "__main__":
    main()
