"""Every named address of the portal, and what each member of the cast gets there.

``ok`` get 200, ``away`` a redirect, ``denied`` 403 and everybody else ``others``. For lists,
whose status is the same for many, ``shows`` and ``hides`` name words that this person must and
must not read. A page without restricted rows says why in ``free``.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.web.sealed_life import leaks

EVERYBODY = (
    "lin zhou shen lu wang han gao he jiang qian psy sys sec aud nobody gu_account"
)  # fmt: skip

# No right, no such record, and the form that does not offer the record (422).
SHUT = (403, 404, 422)


@dataclass(frozen=True)
class Address:
    name: str
    args: str = ""
    query: str = ""
    ok: str = ""
    away: str = ""
    denied: str = ""
    bad: str = ""
    made: str = ""  # 201: written by the API
    unread: str = ""  # 415: the API reads JSON only
    is_json: bool = False
    others: int = 404
    post: Mapping[str, str] | None = None
    shows: Mapping[str, str] = field(default_factory=dict)
    hides: Mapping[str, str] = field(default_factory=dict)
    free: str = ""
    is_public: bool = False

    @property
    def title(self) -> str:
        method = "GET" if self.post is None else "POST"
        return f"{method} {self.name} {self.args}{self.query}".strip()

    def url(self, known: Mapping[str, Any]) -> str:
        words = [arg.format(**known) for arg in self.args.split()]
        return reverse(self.name, args=words) + self.query.format(**known)

    def expected(self, key: str) -> int:
        for status, people in (
            (200, self.ok),
            (302, self.away),
            (403, self.denied),
            (422, self.bad),
            (201, self.made),
            (415, self.unread),
        ):
            if key in people.split():
                return status
        return self.others

    def ask(self, client: Client, known: Mapping[str, Any]) -> Any:
        if self.post is None:
            return client.get(self.url(known))
        sent = {k: v.format(**known, new_key=uuid.uuid4()) for k, v in self.post.items()}
        kind = {"content_type": "application/json"} if self.is_json else {}
        return client.post(self.url(known), sent, **kind)

    def asked_by(self) -> list[str]:
        """All who may get different things here. Where nothing depends on records, one for each
        answer and two of the rest, others at each address."""
        people = EVERYBODY.split()
        if not self.free:
            return people
        turn = crc32(self.title.encode()) % len(people)
        people = people[turn:] + people[:turn]
        firsts = {self.expected(key): key for key in reversed(people)}
        return list(dict.fromkeys([*firsts.values(), *people[:3], *self.shows, *self.hides]))

    def shut_out(self) -> list[str]:
        """Those who would read too much here, were the rule away."""
        return [key for key in EVERYBODY.split() if self.expected(key) in SHUT or key in self.hides]

    def faults(
        self, clients: Mapping[str, Client], known: Mapping[str, Any], people: Iterable[str]
    ) -> Iterator[str]:
        """One line for each of ``people`` who gets something else than the table says."""
        for key in people:
            answer = self.ask(clients[key], known)
            if not answer.streaming:
                for mark in leaks(self.name, key, answer.content):
                    yield f"{self.title}: {key} reads the sealed words {mark}"
            if answer.status_code != self.expected(key):
                yield f"{self.title}: {key} gets {answer.status_code}, not {self.expected(key)}"
                continue
            if key not in self.shows and key not in self.hides:
                continue
            text = answer.content.decode()
            for word in self.shows.get(key, "").split():
                if word.format(**known) not in text:
                    yield f"{self.title}: {key} does not read {word}"
            for word in self.hides.get(key, "").split():
                if word.format(**known) in text:
                    yield f"{self.title}: {key} reads {word}"


def walk(resolver: URLResolver | None = None, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """(name with namespace, pattern) of everything the portal answers, the admin's included."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from walk(entry, inner)
        else:
            yield f"{space}{entry.name}" if entry.name else "", entry
