"""Rules for accounts (rulebook 8.2, graded protection level 3). Each may be set by environment."""

import datetime as dt

from . import env

# Passwords: characters, of which kinds, for how long, and how many former ones are refused.
PASSWORD_LENGTH = env.number("PASSWORD_LENGTH", 8)
PASSWORD_LENGTH_ADMIN = env.number("PASSWORD_LENGTH_ADMIN", 10)
PASSWORD_KINDS = 3
PASSWORD_HISTORY = env.number("PASSWORD_HISTORY", 5)
PASSWORD_DAYS = env.number("PASSWORD_DAYS", 180)
PASSWORD_DAYS_ADMIN = env.number("PASSWORD_DAYS_ADMIN", 90)
_OURS = "portal.core.accounts.passwords."
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": _OURS + "LengthValidator"},
    {"NAME": _OURS + "KindsValidator"},
    {"NAME": _OURS + "PersonValidator"},
    {"NAME": _OURS + "WeakPatternValidator"},
    {"NAME": _OURS + "HistoryValidator"},
]

# Log-ins outlive a restart of the cache server, and can be listed and ended in one table.
SESSION_ENGINE = "portal.core.accounts.session_store"
SESSION_HOURS = env.number("SESSION_HOURS", 8)
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
SESSION_IDLE_MINUTES = env.number("SESSION_IDLE_MINUTES", 30)
SESSION_IDLE_MINUTES_ADMIN = env.number("SESSION_IDLE_MINUTES_ADMIN", 15)
SESSIONS_PER_ACCOUNT = env.number("SESSIONS_PER_ACCOUNT", 5)

# Failed log-ins of one account from one address. django-axes counts them in the database.
LOGIN_FAILURES = env.number("LOGIN_FAILURES", 5)
LOGIN_LOCK_MINUTES = env.number("LOGIN_LOCK_MINUTES", 15)
AXES_FAILURE_LIMIT = LOGIN_FAILURES
AXES_COOLOFF_TIME = dt.timedelta(minutes=LOGIN_LOCK_MINUTES)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "portal.core.accounts.client.client_ip_of"
AXES_RESET_ON_SUCCESS = True
# The time that the refusal names stays true whatever is tried meanwhile.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True  # the audit trail has it
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# The three administrators confirm by a time-based code before the admin opens.
SECOND_FACTOR_REQUIRED = env.flag("SECOND_FACTOR_REQUIRED", default=True)
SECOND_FACTOR_FRESH_MINUTES = 10

# Who stands in front of the web server: how many proxies, or their networks; not both. Without
# either X-Forwarded-For is ignored.
PROXY_COUNT = env.number("PORTAL_PROXY_COUNT", 0)
PROXY_NETWORKS = env.words("PORTAL_PROXY_NETWORKS")
