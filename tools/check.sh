#!/usr/bin/env bash
# Everything that can be said about the code without running it for users. Goes on after a
# failed part, so that one run shows all of them; exit status 1 when any failed.
set -uo pipefail
cd "$(dirname "$0")/.."

PY=.venv/bin/python
CODE=(portal cohorts students partybranch casework bench tests tools manage.py)
failed=()

part() {
    local name=$1
    shift
    printf '== %s\n' "$name"
    "$@" || failed+=("$name")
}

present() {
    for path in "$@"; do [ -e "$path" ] && printf '%s\n' "$path"; done
}

# Production settings want every secret from the environment; these belong to nobody.
production() {
    env DJANGO_SETTINGS_MODULE=portal.settings.prod \
        SECRET_KEY="$($PY -c 'import secrets; print(secrets.token_urlsafe(48))')" \
        FIELD_KEYS="$($PY -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())')" \
        SEALED_KEYS="$($PY -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())')" \
        ALLOWED_HOSTS=portal.example.edu \
        DATABASE_URL=postgres://portal:portal@127.0.0.1:1/portal \
        REDIS_URL=redis://127.0.0.1:1/0 \
        "$@"
}

# makemigrations --check compares models with migration files; it warns without a database.
migrations() {
    $PY -m portal.embedded exec --temporary -- $PY manage.py makemigrations --check --dry-run
}

mapfile -t code < <(present "${CODE[@]}")
part "ruff check" $PY -m ruff check "${code[@]}"
part "ruff format" $PY -m ruff format --check "${code[@]}"
part "layers" .venv/bin/lint-imports
part "types" tools/types.sh
part "migrations" migrations
part "production settings" production $PY manage.py check --deploy --fail-level WARNING
part "sizes" $PY tools/check_sizes.py
part "templates" production $PY tools/check_templates.py
part "translations" $PY tools/check_translations.py

if [ ${#failed[@]} -gt 0 ]; then
    printf '\nFAILED: %s\n' "$(IFS=,; echo "${failed[*]}")"
    exit 1
fi
printf '\nAll checks passed.\n'
