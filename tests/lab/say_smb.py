#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An SMB server that answers every session setup alike.

say_smb.py ADDRESS STATUS TOKEN: TOKEN is "none", "garbage", or "error:N" for a
KRB-ERROR of that number, as Windows wraps it.  Prints "ready" and its process
ID, then a line for each session setup.
"""

import os
import socket
import struct
import sys

KERBEROS = bytes.fromhex("06092a864886f712010202")


def element(tag, content):
    assert len(content) < 0x80
    return bytes([tag, len(content)]) + content


def number(value):
    return element(0x02, bytes([value]))


def krb_error(code):
    """RFC 4120 section 5.9.1, with what is not optional."""
    name = element(0x30, element(0xA0, number(1))
                   + element(0xA1, element(0x30, element(0x1B, b"EX1$"))))
    fields = (element(0xA0, number(5)) + element(0xA1, number(30))
              + element(0xA4, element(0x18, b"20261121120000Z"))
              + element(0xA5, number(0)) + element(0xA6, number(code))
              + element(0xA9, element(0x1B, b"A.EXAMPLE"))
              + element(0xAA, name))
    return element(0x7E, element(0x30, fields))


def make_token(kind):
    if kind == "none":
        return b""
    if kind == "garbage":
        return b"\xa1\x84\xff\xff\xff\xff garbage"
    inner = element(0x60, KERBEROS + b"\x03\x00"
                    + krb_error(int(kind.removeprefix("error:"))))
    state = element(0xA0, element(0x0A, b"\x01"))
    return response(state, inner)


def response(state, inner):
    octets = bytes([0x04, 0x81, len(inner)]) + inner
    field = bytes([0xA2, 0x81, len(octets)]) + octets
    sequence = bytes([0x30, 0x81, len(state + field)]) + state + field
    return bytes([0xA1, 0x81, len(sequence)]) + sequence


def receive(connection, length):
    data = b""
    while len(data) < length:
        more = connection.recv(length - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def answer(connection, header, status, body):
    message = bytearray(header)
    message[8:12] = struct.pack("<I", status)
    message[16] |= 1
    message[40:48] = struct.pack("<Q", 5)
    message += body
    connection.sendall(struct.pack(">I", len(message)) + message)


def serve(connection, status, token):
    while True:
        length = struct.unpack(">I", receive(connection, 4))[0]
        header = receive(connection, length)[:64]
        command = header[12]
        if command == 0:
            answer(connection, header, 0, struct.pack("<HH60x", 65, 1))
        elif command == 1:
            print("asked", flush=True)
            answer(connection, header, status,
                   struct.pack("<HHHH", 9, 0, 72, len(token)) + token)
        else:
            answer(connection, header, 0, struct.pack("<HH", 4, 0))


def main():
    address, status, kind = sys.argv[1:]
    listener = socket.create_server((address, 445))
    print("ready", os.getpid(), flush=True)
    while True:
        connection = listener.accept()[0]
        try:
            serve(connection, int(status, 16), make_token(kind))
        except (EOFError, ConnectionError):
            connection.close()


main()
