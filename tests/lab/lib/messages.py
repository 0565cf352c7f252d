# SPDX-License-Identifier: MIT
"""What a host asks of Kerberos and directory servers, read from its packets.

Usage: messages.py INTERFACE READY-FILE

Makes READY-FILE once it listens; at SIGTERM it prints a line for each message
that was sent and ends:

    connect HOST:PORT             a TCP connection was begun
    bind HOST:PORT                one on which LDAP binds were asked for
    as-req TRANSPORT HOST HOW     HOW: plain, or with pre-authentication
    tgs-req TRANSPORT HOST NAME
    again TRANSPORT HOST WHAT     the same bytes once more, as by TCP when the
                                  answer did not fit into a datagram
"""

import signal
import socket
import struct
import sys

KERBEROS = 88
DIRECTORY = (389, 636, 3268, 3269)
ETHERNET = 14
IPV4 = b"\x08\x00"
AS_REQ, TGS_REQ = 0x6A, 0x6C
PA_ENC_TIMESTAMP, PA_ENCRYPTED_CHALLENGE = 2, 138


def der(data, at=0):
    """The element at an offset: its tag, content, and where the next begins."""
    tag, length, at = data[at], data[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        length = int.from_bytes(data[at:at + count], "big")
        at += count
    return tag, data[at:at + length], at + length


def members(data):
    """The elements of a constructed one, in order."""
    at = 0
    while at < len(data):
        tag, content, at = der(data, at)
        yield tag, content


def member(data, tag):
    """The content of the first element with a tag, or nothing."""
    return next((content for found, content in members(data) if found == tag),
                b"")


def inner(data):
    """The content of the element that is all of the data."""
    return der(data)[1] if data else b""


def name_of(request):
    """The service that a KDC-REQ asks for (RFC 4120 section 5.4.1)."""
    body = inner(member(inner(inner(request)), 0xA4))
    parts = inner(member(inner(member(body, 0xA3)), 0xA1))
    return "/".join(content.decode() for _, content in members(parts))


def is_authenticated(request):
    """Whether an AS-REQ proves that the client has its key."""
    padata = inner(member(inner(inner(request)), 0xA3))
    kinds = (int.from_bytes(inner(member(entry, 0xA1)), "big")
             for _, entry in members(padata))
    return any(kind in (PA_ENC_TIMESTAMP, PA_ENCRYPTED_CHALLENGE)
               for kind in kinds)


class Listener:
    """Collects what is sent, and tells it when all is over."""

    def __init__(self):
        self.lines = []
        self.streams = {}   # by (source port, host, port): {sequence: bytes}
        self.begun = {}     # by the same: the sequence number of the SYN
        self.seen = set()

    def packet(self, frame):
        """Take in a frame."""
        if frame[12:ETHERNET] != IPV4:
            return
        packet = frame[ETHERNET:]
        header = (packet[0] & 0x0F) * 4
        size = struct.unpack_from("!H", packet, 2)[0]
        host = socket.inet_ntoa(packet[16:20])
        data = packet[header:size]
        if packet[9] == socket.IPPROTO_UDP:
            if struct.unpack_from("!H", data, 2)[0] == KERBEROS:
                self.kerberos("udp", host, data[8:])
        elif packet[9] == socket.IPPROTO_TCP:
            self.segment(host, data)

    def segment(self, host, data):
        """Take in a TCP segment."""
        source, port, sequence = struct.unpack_from("!HHI", data)
        key = (source, host, port)
        if data[13] & 0x02:
            if key not in self.begun:
                self.lines.append(f"connect {host}:{port}")
            self.begun[key] = sequence
            self.streams[key] = {}
        payload = data[(data[12] >> 4) * 4:]
        if payload and key in self.begun:
            offset = (sequence - self.begun[key] - 1) % 2**32
            self.streams[key][offset] = payload

    def finish(self):
        """Read the streams, and return all lines."""
        for (_, host, port), segments in self.streams.items():
            stream = b""
            for offset in sorted(segments):
                stream = stream[:offset] + segments[offset]
            if port == KERBEROS:
                while len(stream) > 4:
                    size = 4 + int.from_bytes(stream[:4], "big")
                    self.kerberos("tcp", host, stream[4:size])
                    stream = stream[size:]
            elif port in DIRECTORY and asks_to_bind(stream):
                self.lines.append(f"bind {host}:{port}")
        return self.lines

    def kerberos(self, transport, host, request):
        """Note a request to a KDC."""
        if request[:1] == bytes([AS_REQ]):
            how = "authenticated" if is_authenticated(request) else "plain"
            what = f"as-req {transport} {host} {how}"
        elif request[:1] == bytes([TGS_REQ]):
            what = f"tgs-req {transport} {host} {name_of(request)}"
        else:
            return
        if (host, request) in self.seen:
            what = "again " + what
        self.seen.add((host, request))
        self.lines.append(what)


def asks_to_bind(stream):
    """Whether an LDAP connection begins with a bind (RFC 4511 section 4.2)."""
    bind_request = 0x60
    if stream[:1] != b"\x30":
        return False
    return any(tag == bind_request for tag, _ in members(inner(stream)))


def main():
    interface, ready = sys.argv[1:]
    all_protocols = 3   # else outgoing packets are not shown
    listener = Listener()
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                       socket.htons(all_protocols)) as packets:
        packets.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
        packets.bind((interface, 0))

        def stop(*_):
            raise KeyboardInterrupt

        signal.signal(signal.SIGTERM, stop)
        try:
            with open(ready, "w", encoding="ascii"):
                pass
            while True:
                frame, address = packets.recvfrom(65536)
                if address[2] == socket.PACKET_OUTGOING:
                    listener.packet(frame)
        except KeyboardInterrupt:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("\n".join(listener.finish()))


if __name__ == "__main__":
    main()
