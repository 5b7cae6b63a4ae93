# Every target does all of its own set-up and is quick when nothing changed.
#
#   make demo    the portal with demo data on http://localhost:8000 (PORT=, VAR=, HOST=)
#   make test    all tests, on real PostgreSQL and Valkey (ARGS="-k name" for some)
#   make check   lint, types, layers, migrations, settings, sizes, translations, templates
#   make bench   benchmarks against their bars (ARGS="--students 50000")
#   make real    the portal on real, published records
#   make mutants takes one access rule away at a time and expects a red test (slow)
#   make walk    many random changes of posts, then grants against appointments; N=10000
#   make matrix  write the signed table of rights anew (tests/permissions/matrix.csv); read its diff
#   make oracle  random questions to the access rule and to an independent engine (N=50000)
#   make setup   only the set-up for all of the above
#   make clean   everything made here except data; make clean-data removes var/ as well

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo test check bench real mutants walk matrix oracle setup clean clean-data

# The first interpreter found that is at least 3.11, unless PYTHON says otherwise.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
BOOTSTRAP = @test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed on PATH"; exit 1; }; \
	"$(PYTHON)" tools/bootstrap.py
PY := .venv/bin/python
export PYTHONUTF8 := 1

help:
	@sed -n 's/^#   //p' Makefile

demo:
	$(BOOTSTRAP) base assets messages
	@exec $(PY) -m portal.embedded $(if $(VAR),--var "$(VAR)")

test:
	$(BOOTSTRAP) dev assets messages browser
	@tools/test.sh $(ARGS)

check:
	$(BOOTSTRAP) dev assets messages gettext
	@tools/check.sh

bench:
	$(BOOTSTRAP) dev assets messages
	@exec $(PY) -m bench $(ARGS)

real:
	$(BOOTSTRAP) dev assets messages
	@exec $(PY) -m bench.real $(ARGS)

mutants:
	$(BOOTSTRAP) dev assets messages
	@exec $(PY) tools/mutate_access.py $(ARGS)

walk:
	$(BOOTSTRAP) dev assets messages
	POSTS_STEPS=$(or $(N),10000) $(PY) -m pytest -q tests/cohorts/test_random_posts.py

matrix:
	$(BOOTSTRAP) dev assets messages
	MATRIX_WRITE=1 $(PY) -m pytest -q tests/permissions/test_matrix.py
	@git --no-pager diff --stat tests/permissions/matrix.csv || true

oracle:
	$(BOOTSTRAP) dev assets messages
	@ORACLE_QUESTIONS=$(or $(N),50000) $(PY) -m pytest tests/permissions/test_oracle.py -q $(ARGS)

setup:
	$(BOOTSTRAP) dev assets messages browser gettext

clean:
	rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find . -name '*.mo' -path '*/locale/*' -delete

clean-data:
	@test ! -d .venv || $(PY) -m portal.embedded $(if $(VAR),--var "$(VAR)") reset
	rm -rf var
