# SPDX-License-Identifier: MIT
"""Time: thousands of cycles, a day, an hour of flapping.

$ENDURANCE_SEED repeats what was random; $ENDURANCE_CYCLES makes it shorter.
"""

import os
import random

from chaos import Chaos
from ledger import HOUR_S, REPEAT_S, Ledger
from service import CYCLE_S, DC1, DC2, MISSING
from tap import check, texts

# With the sanitizers a cycle takes ten times as long.
with open(os.environ["SPNHEALTHD"], "rb") as program:
    SANITIZED = b"__asan_init" in program.read()
CYCLES = int(os.environ.get("ENDURANCE_CYCLES", "200" if SANITIZED else "1000"))
# A while longer than the last repeat.
DAY_S = (4 if SANITIZED else 24) * 3600 + 1800
SEED = int(os.environ.get("ENDURANCE_SEED", random.SystemRandom().randrange(1 << 32)))
# What a heap may still gain that has not met every fault yet.
GROWTH_KIB = 256
RESIDENT_KIB = 4096

# ----- thousands of cycles


def scenario_endurance(host, service):
    dice = random.Random(SEED)
    chaos = Chaos(host, service, dice)
    resident = {}

    host.open_journal()
    service.configure(deadline="1s")
    service.begin()
    chaos.cycle_reloading()  # which needs more than any run, once
    for number in range(1, CYCLES + 1):
        fate = dice.random()
        if fate < 0.1:
            chaos.cycle_killing_worker()
        elif fate < 0.12:
            chaos.cycle_reloading()
        else:
            chaos.cycle()
        if number in (CYCLES // 10, CYCLES):
            resident[number] = service.resident_kib()
    tell_sense(f"{CYCLES} cycles with random faults", chaos, service)
    tell_growth(service, resident)

    for _ in range(CYCLES // 4):
        if dice.random() < 0.4:
            chaos.cycle_killing_parent()
        else:
            chaos.cycle()
    tell_sense(f"{CYCLES // 4} more with the service killed at random", chaos, service)
    service.stop()


def tell_sense(what, chaos, service):
    """Every alert was told well; a fault is, and once healed none is left."""
    ledger = chaos.ledger
    chaos.settle([MISSING], 3)
    key = MISSING.replace("missing", "SPN_MISSING")
    check(f"{what}: a fault that lasts is told", key in ledger.standing, ledger.standing)
    chaos.settle([], HOUR_S // CYCLE_S + 4)
    print(
        f"# {what}: seed {SEED}, {chaos.workers_killed} workers and "
        f"{chaos.parents_killed} parents killed; {ledger.summary()}"
    )
    check(
        f"{what}: none told twice, none recovered that was not raised",
        ledger.counts["raised"] > 0 and not ledger.wrong,
        "\n".join(ledger.wrong[:40]),
    )
    check(
        f"{what}: once healed, every alert has recovered",
        not ledger.standing,
        "\n".join(ledger.standing),
    )
    verdict = service.verdicts()[-1]
    check(f"{what}: the service knows of none", verdict.startswith("OK"), verdict)


def tell_growth(service, resident):
    early, late = sorted(resident)
    growth = resident[late] - resident[early]
    print(f"# resident: {resident[early]} KiB after {early}, {resident[late]} after {late}")
    # The sanitizers keep what was freed, and look for leaks at the end.
    if not SANITIZED:
        check(f"it has not grown: {growth} KiB, at most {GROWTH_KIB}", growth <= GROWTH_KIB)
        check(f"and is small: at most {RESIDENT_KIB} KiB", resident[late] <= RESIDENT_KIB)


# ----- a day without domain controllers


def scenario_day(host, service):
    host.open_journal()
    service.configure()
    service.begin()
    ledger, said = Ledger(), len(host.lines)
    service.faults(f"down {DC1}", f"down {DC2}")
    for _ in range(DAY_S // CYCLE_S):
        service.cycle()
    service.faults()
    for _ in range(4):
        service.cycle()
    for line in host.lines[said:]:
        ledger.take(line)
    alerts = ledger.counts["raised"]
    print(f"# a day without domain controllers: {ledger.summary()}")
    check(
        f"a day without domain controllers: {alerts} alerts raised and recovered once",
        alerts > 0 and alerts == ledger.counts["recovered"] and not ledger.wrong,
        "\n".join(ledger.wrong) or ledger.summary(),
    )
    check(
        "a day without domain controllers: roots alone",
        not host.said("LDAP_UNREACHABLE|CLOCK_UNMEASURED|NOT_PERMITTED", said),
        texts(host.said("LDAP_UNREACHABLE|CLOCK_UNMEASURED|NOT_PERMITTED", said)),
    )
    check(
        "a day without domain controllers: repeated every four hours",
        ledger.counts["repeated"] == DAY_S // REPEAT_S * alerts,
        ledger.summary(),
    )
    check("a day without domain controllers: none stands", not ledger.standing, ledger.standing)
    service.stop()


# ----- flapping


def scenario_flapping(host, service):
    host.open_journal()
    service.configure(alerts="{confirm: 1}")
    service.begin()
    said = len(host.lines)
    for number in range(24):
        service.faults(*([MISSING] if number % 2 == 0 else []))
        service.cycle()
    kinds = [line.fields.get("SPNHEALTHD_KIND") for line in host.lines[said:]]
    check(
        "what comes and goes for two hours is told four times, and then to be flapping",
        kinds == ["raised", "recovered", "raised", "recovered", "flapping"],
        kinds,
    )
    said = len(host.lines)
    for _ in range(HOUR_S // CYCLE_S + 2):
        service.cycle()
    kinds = [line.fields.get("SPNHEALTHD_KIND") for line in host.lines[said:]]
    check("and once it has kept still for an hour, how it ended", kinds == ["recovered"], kinds)
    service.stop()
