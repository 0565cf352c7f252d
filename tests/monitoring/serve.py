# SPDX-License-Identifier: MIT
#
# serve.py FILE PORT: a web server on loopback whose only page is FILE, as
# OpenMetrics; Prometheus believes the content type.

import http.server
import pathlib
import sys

CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        page = pathlib.Path(sys.argv[1]).read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", CONTENT_TYPE)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Page).serve_forever()
