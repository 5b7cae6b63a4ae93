#!/usr/bin/env bash
# mypy on what must be typed throughout: the domain, access and the embedded stack.
set -euo pipefail
cd "$(dirname "$0")/.."
shopt -s nullglob globstar
paths=()
for path in {cohorts,students,partybranch,casework}/domain/ {cohorts,students,partybranch,casework}/{,*_}access.py \
    portal/core/access/ portal/core/access.py portal/core/domain/ portal/embedded/; do
    [ -e "$path" ] && paths+=("$path")
done
# The Django plugin imports the settings, which want addresses and keys; nothing connects.
export DJANGO_SETTINGS_MODULE=portal.settings.test SECRET_KEY=types
FIELD_KEYS=$(.venv/bin/python -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())')
export FIELD_KEYS DATABASE_URL=postgres://portal@127.0.0.1:1/portal REDIS_URL=redis://127.0.0.1:1/0
exec .venv/bin/python -m mypy "${paths[@]}"
