"""A Celery application without tasks."""

import os

from celery import Celery

broker = "redis+socket://" + os.environ["REDIS_URL"].removeprefix("unix://").partition("?")[0]
app = Celery("tiny", broker=os.environ.get("TINY_BROKER", broker))
