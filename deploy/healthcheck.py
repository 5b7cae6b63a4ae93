"""Exit status 0 when the web server of this container answers. For docker-compose.yml."""

import os
import sys
import urllib.request

host = os.environ["ALLOWED_HOSTS"].split(",")[0].strip()
request = urllib.request.Request("http://127.0.0.1:8000/healthz", headers={"Host": host})
try:
    with urllib.request.urlopen(request, timeout=5) as reply:
        sys.exit(0 if reply.status == 200 else 1)
except OSError as error:
    sys.exit(f"no answer: {error}")
