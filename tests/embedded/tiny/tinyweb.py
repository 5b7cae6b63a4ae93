"""The smallest web application with a health page and a table of rows."""

import json
import os

import environ
import psycopg2


def application(request, start_response):
    """GET /healthz, POST /rows (one more, committed), GET /rows (how many)."""
    if os.environ.get("TINY_HEALTH") == "500":
        raise RuntimeError("the health page is broken")
    reply = {"instance": os.environ["PORTAL_INSTANCE"]}
    if request["PATH_INFO"] == "/rows":
        reply["rows"] = rows(add=request["REQUEST_METHOD"] == "POST")
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(reply).encode()]


def rows(add):
    settings = environ.Env.db_url_config(os.environ["DATABASE_URL"])
    connection = psycopg2.connect(
        host=settings["OPTIONS"]["host"], user=settings["USER"], dbname=settings["NAME"]
    )
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS row (id serial)")
            if add:
                cursor.execute("INSERT INTO row DEFAULT VALUES")
            cursor.execute("SELECT count(*) FROM row")
            return cursor.fetchone()[0]
    finally:
        connection.close()
