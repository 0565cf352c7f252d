#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# test_session.sh with every worker under valgrind: an error or a leak fails.
# All that is lost has a block that is definitely lost.  Tickets are asked for
# under valgrind by tests/run-valgrind.

set -euo pipefail

tests=$(dirname "$0")
export PROBE_WRAPPER="valgrind --quiet --leak-check=full --show-leak-kinds=definite \
--errors-for-leak-kinds=definite --error-exitcode=99 --suppressions=$tests/libraries.supp"
export PROBE_SLOW_MS=20000
exec "$tests/test_session.sh"
