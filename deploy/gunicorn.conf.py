"""gunicorn in production: the same worker class as in the demo, sized by the environment."""

import os

bind = "0.0.0.0:8000"
worker_class = "gthread"
# Keep workers x threads, over all web containers, below PostgreSQL's max_connections.
workers = int(os.environ.get("WEB_WORKERS", "4"))
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 60
graceful_timeout = 20
keepalive = 15
# The heartbeat file in memory: on a slow disk it would stall the workers.
worker_tmp_dir = "/dev/shm"
max_requests = 5000
max_requests_jitter = 500
accesslog = "-"
# Addresses of calendars hold a secret.
logger_class = "portal.embedded.access_log.Logger"
control_socket_disable = True
# Only the reverse proxy reaches this port, see the networks in docker-compose.yml.
forwarded_allow_ips = "*"
