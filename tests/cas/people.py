"""Whom the CAS server of the tests knows: anybody, with one password."""

from cas_server.auth import AuthUser

from tests.cas import PASSWORD


class Anybody(AuthUser):
    def test_password(self, password: str) -> bool:
        return bool(password == PASSWORD)

    def attributs(self) -> dict[str, str]:
        return {"number": self.username.removeprefix("alias-"), "nickname": "x"}
