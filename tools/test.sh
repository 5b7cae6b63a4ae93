#!/usr/bin/env bash
# All tests; arguments go to pytest. CI=true accepts no skip of the browser part.
set -euo pipefail
cd "$(dirname "$0")/.."

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
exec .venv/bin/python -m pytest "$@"
