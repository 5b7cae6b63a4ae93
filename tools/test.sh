#!/usr/bin/env bash
# All tests; arguments go to pytest. CI=true accepts no skip.
set -euo pipefail
cd "$(dirname "$0")/.."

# A run starts the portal a hundred times: compiled once, not by each of its programs.
unset PYTHONDONTWRITEBYTECODE
.venv/bin/python -m compileall -q -j 0 portal cohorts students partybranch casework || true

browser=$(cat var/browser 2>/dev/null || echo none)
if [ "$browser" = none ]; then
    if [ "${CI:-}" = true ]; then
        echo "No Chromium: the browser tests cannot run, and CI accepts no skip." >&2
        exit 1
    fi
    cat >&2 <<'TEXT'
######################################################################
#  NO CHROMIUM: THE BROWSER TESTS ARE SKIPPED.                       #
#  Install chromium, or name one: PORTAL_CHROMIUM=/path make test    #
######################################################################
TEXT
    export PORTAL_SKIP_BROWSER=1
else
    unset PORTAL_SKIP_BROWSER
    export PORTAL_CHROMIUM=$browser
fi

# All tests are shared out among workers (tests/parallel.py), on two cores among three: browsers and
# the portals that tests start leave their worker waiting. A run that names
# files or picks some tests stays in one process, which starts sooner; so does one with a debugger.
workers=$(.venv/bin/python -c 'import os; print(max(3, min(4, len(os.sched_getaffinity(0)))))' \
    2>/dev/null || echo 3)
for argument in "$@"; do
    case $argument in
        -n* | --numprocesses* | --dist* | -k* | -m* | --pdb | --trace | --lf | --last-failed | --sw | \
            --stepwise | --co | --collect-only | --fixtures | --version | -h | --help)
            workers=0 ;;
        *) [ ! -e "${argument%%::*}" ] || workers=0 ;;
    esac
done
[ "$workers" = 0 ] || set -- -n "$workers" --no-loadscope-reorder "$@"
exec .venv/bin/python -m pytest "$@"
