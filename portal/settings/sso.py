"""Log-in with the university's account: CAS or OpenID Connect, each off unless configured.

A half configured one stops the start with a sentence that names what is missing.
"""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from . import env

_LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}


def address(name: str) -> str:
    """An address of the university's server; plain http only to this machine."""
    value = env.text(name, "")
    if value:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ImproperlyConfigured(f"{name} must be a full address such as https://host/path.")
        if parts.scheme == "http" and parts.hostname not in _LOCAL_HOSTS:
            raise ImproperlyConfigured(f"{name} must begin with https://.")
    return value


def together(what: str, values: dict[str, str]) -> bool:
    """Whether all are set; False when none is. Raises ImproperlyConfigured in between."""
    missing = [name for name, value in values.items() if not value]
    if missing and len(missing) < len(values):
        raise ImproperlyConfigured(f"{what} is half configured. Also set {', '.join(missing)}.")
    return not missing


# The address of the CAS server, up to and with the slash before "login".
CAS_SERVER_URL = address("CAS_SERVER_URL")
CAS_ENABLED = bool(CAS_SERVER_URL)
CAS_VERSION = "3"
# The staff or student number: the user name itself, or the attribute that holds it.
CAS_USERNAME_ATTRIBUTE = env.text("CAS_NUMBER_ATTRIBUTE", "cas:user")
CAS_CREATE_USER = False
CAS_REDIRECT_URL = "/"
CAS_IGNORE_REFERER = True
CAS_STORE_NEXT = True
CAS_LOGIN_MSG = CAS_LOGGED_MSG = None

OIDC_ISSUER = address("OIDC_ISSUER")
OIDC_OP_AUTHORIZATION_ENDPOINT = address("OIDC_AUTHORIZATION_ENDPOINT")
OIDC_OP_TOKEN_ENDPOINT = address("OIDC_TOKEN_ENDPOINT")
OIDC_OP_USER_ENDPOINT = address("OIDC_USER_ENDPOINT")
OIDC_OP_JWKS_ENDPOINT = address("OIDC_JWKS_ENDPOINT")
OIDC_RP_CLIENT_ID = env.text("OIDC_CLIENT_ID", "")
OIDC_RP_CLIENT_SECRET = env.text("OIDC_CLIENT_SECRET", "")
OIDC_ENABLED = together(
    "OpenID Connect",
    {
        "OIDC_ISSUER": OIDC_ISSUER,
        "OIDC_AUTHORIZATION_ENDPOINT": OIDC_OP_AUTHORIZATION_ENDPOINT,
        "OIDC_TOKEN_ENDPOINT": OIDC_OP_TOKEN_ENDPOINT,
        "OIDC_USER_ENDPOINT": OIDC_OP_USER_ENDPOINT,
        "OIDC_JWKS_ENDPOINT": OIDC_OP_JWKS_ENDPOINT,
        "OIDC_CLIENT_ID": OIDC_RP_CLIENT_ID,
        "OIDC_CLIENT_SECRET": OIDC_RP_CLIENT_SECRET,
    },
)
# The claim that holds the staff or student number.
OIDC_NUMBER_CLAIM = env.text("OIDC_NUMBER_CLAIM", "preferred_username")
OIDC_RP_SCOPES = env.text("OIDC_SCOPES", "openid profile")
OIDC_RP_SIGN_ALGO = env.text("OIDC_SIGN_ALGORITHM", "RS256")
OIDC_USE_NONCE = OIDC_USE_PKCE = True
OIDC_TIMEOUT = 10
OIDC_CREATE_USER = False
OIDC_AUTHENTICATION_CALLBACK_URL = "web:oidc_callback"

AUTHENTICATION_BACKENDS = ["portal.core.access.backend.AccessBackend"]
if CAS_ENABLED:
    AUTHENTICATION_BACKENDS.append("portal.core.accounts.sso.CasBackend")
if OIDC_ENABLED:
    AUTHENTICATION_BACKENDS.append("portal.core.accounts.sso.OidcBackend")

FORM_HOSTS = ["{0.scheme}://{0.netloc}".format(urlsplit(CAS_SERVER_URL))] if CAS_ENABLED else []
