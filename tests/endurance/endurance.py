#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The service under faults, thousands of them; see test_endurance.sh.

usage: endurance.py WORK-FOLDER PROBE [SCENARIO...]
"""

import resource
import sys
import time
import traceback

import control
import cycles
import surroundings
import tap
from host import Host
from service import Service
from tap import check, texts


def run(name, scenario, work, probe):
    begun = time.monotonic()
    host = Host(work)
    service = Service(host, work, probe)
    try:
        scenario(host, service)
    except Exception as error:
        check(f"{name}: {error}", False, traceback.format_exc() + texts(host.lines[-20:]))
    finally:
        if service.process and not service.ended():
            service.kill()
        host.close_all()
        service.clear()
    print(f"# {name}: {time.monotonic() - begun:.1f} s", flush=True)


def main():
    work, probe, *wanted = sys.argv[1:]
    scenarios = {
        name.removeprefix("scenario_"): function
        for module in (cycles, surroundings, control)
        for name, function in vars(module).items()
        if name.startswith("scenario_")
    }
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for name in wanted or scenarios:
        run(name, scenarios[name], work, probe)
    sys.exit(tap.failed > 0)


if __name__ == "__main__":
    main()
