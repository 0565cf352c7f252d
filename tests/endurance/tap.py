# SPDX-License-Identifier: MIT
"""A line for each test, and why it failed."""

failed = 0


def check(name, fine, detail=""):
    """One test, and why it failed."""
    global failed
    print(f"{'ok' if fine else 'not ok'} - {name}", flush=True)
    if not fine:
        failed += 1
        for line in str(detail).splitlines():
            print(f"#   {line}", flush=True)


def texts(lines):
    return "\n".join(line.text for line in lines)


def only_once(lines):
    """Whether no two lines say the same."""
    return len({line.text for line in lines}) == len(lines)
