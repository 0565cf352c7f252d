# SPDX-License-Identifier: MIT
#
# fetch.py URL [NAME=VALUE...]: print what is there; the values are encoded as
# URLs want them.

import sys
import urllib.parse
import urllib.request

query = urllib.parse.urlencode([tuple(word.split("=", 1)) for word in sys.argv[2:]])
with urllib.request.urlopen(f"{sys.argv[1]}?{query}", timeout=10) as answer:
    sys.stdout.write(answer.read().decode())
