"""A mail server that keeps what it took; on a free port, with moments at which it can be stopped."""

import socketserver
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any


@dataclass
class Sink:
    """``refuse`` maps a recipient to the answer it gets. With ``hold`` each whole mail is taken
    and then not answered until ``release`` is set. With ``drop`` the connection is cut before the mail is taken."""

    taken: list[EmailMessage] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    hold: bool = False
    drop: bool = False
    release: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    def __enter__(self) -> "Sink":
        sink = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                serve(sink, self)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_error: Any) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()

    def ids(self) -> list[str]:
        return [str(one["Message-ID"]) for one in self.taken]


def serve(sink: Sink, talk: Any) -> None:
    def say(words: str) -> None:
        try:
            talk.wfile.write(f"{words}\r\n".encode())
        except OSError:
            return

    say("220 sink")
    refused = ""
    while line := talk.rfile.readline():
        word = line[:4].upper()
        if word in (b"EHLO", b"HELO"):
            say("250 sink")
        elif word == b"RCPT":
            refused = next((a for who, a in sink.refuse.items() if who.encode() in line), "")
            say(refused or "250 ok")
        elif word == b"DATA":
            if sink.drop:
                return
            say("354 go on")
            body = b""
            while (part := talk.rfile.readline()) not in (b".\r\n", b""):
                body += part.removeprefix(b".") if part.startswith(b"..") else part
            if not part:
                return  # the sender has gone before the end: not taken
            sink.taken.append(message_from_bytes(body, policy=policy.default))  # type: ignore[arg-type]
            if sink.hold:
                sink.release.wait(60)
            say("250 taken")
        elif word == b"QUIT":
            say("221 bye")
            return
        else:
            say("250 ok")
