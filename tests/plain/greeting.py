# SPDX-License-Identifier: MIT
#
# greeting.py ADDRESS: an SMTP server that greets, with the date as some do,
# and takes its leave.

import email.utils
import socketserver
import sys


class Session(socketserver.StreamRequestHandler):
    timeout = 10

    def handle(self):
        date = email.utils.formatdate(localtime=True)
        self.wfile.write(f"220 mail.plain.example ESMTP ready at {date}\r\n".encode())
        for line in self.rfile:
            if line.strip().upper() == b"QUIT":
                self.wfile.write(b"221 2.0.0 Bye\r\n")
                return
            self.wfile.write(b"502 5.5.1 Only greetings here\r\n")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


Server((sys.argv[1], 25), Session).serve_forever()
