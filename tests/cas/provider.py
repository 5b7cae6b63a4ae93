"""A small OpenID provider: code flow with PKCE, tokens signed by RSA, as the standard has it.

``twist`` changes the claims of the next identity token, to see what the portal does with a
provider that is wrong or a token that was tampered with.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "portal", "a secret between two"


class Provider:
    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.other_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.codes: dict[str, dict[str, str]] = {}
        self.tokens: dict[str, str] = {}
        self.twist: dict[str, Any] = {}
        self.wrong_key = self.is_away = False
        self.info_sub = ""
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if urlsplit(self.path).path == "/keys":
                    self.answer(200, provider.keys())
                else:
                    bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
                    name = provider.tokens.get(bearer)
                    self.answer(200 if name else 401, provider.person(name) if name else {})

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                form = {k: v[0] for k, v in parse_qs(self.rfile.read(length).decode()).items()}
                status, body = provider.exchange(form)
                self.answer(status, body)

            def answer(self, status: int, body: Any) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def authorise(self, address: str, name: str) -> str:
        """What the log-in page of the provider does; the address to which it sends back."""
        asked = {key: value[0] for key, value in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = {**asked, "name": name}
        back = urlencode({"code": code, "state": asked["state"]})
        return f"{urlsplit(asked['redirect_uri']).path}?{back}"

    def exchange(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Code for tokens: once, for this client, at this address, with the right verifier."""
        known = self.codes.pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if (
            known is None
            or self.is_away
            or form.get("client_secret") != SECRET
            or form.get("redirect_uri") != known["redirect_uri"]
            or base64.urlsafe_b64encode(verifier).rstrip(b"=").decode() != known["code_challenge"]
        ):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "sub": f"id-{known['name']}", "iat": now,
                  "exp": now + 300, "nonce": known["nonce"], **self.twist}  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        key = self.other_key if self.wrong_key else self.key
        access = secrets.token_urlsafe(16)
        self.tokens[access] = known["name"]
        signed = jwt.encode(claims, key, algorithm="RS256", headers={"kid": "one"})
        return 200, {"access_token": access, "token_type": "Bearer", "id_token": signed}

    def keys(self) -> dict[str, Any]:
        shown = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**shown, "kid": "one", "alg": "RS256", "use": "sig"}]}

    def person(self, name: str) -> dict[str, Any]:
        return {"sub": self.info_sub or f"id-{name}", "preferred_username": name}
