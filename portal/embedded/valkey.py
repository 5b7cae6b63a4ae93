"""Valkey on a Unix socket only. It is the broker, so it appends to disk and never evicts."""

from __future__ import annotations

import os
import signal
import socket
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from .binaries import valkey_server
from .children import Child


@dataclass
class Valkey:
    """`data` and `socket_dir` must exist. With `durable=False` nothing is kept (tests)."""

    data: Path
    socket_dir: Path
    log: Path
    durable: bool = True
    pass_fds: tuple[int, ...] = ()
    child: Child = field(init=False)

    def __post_init__(self) -> None:
        # No path is given but the socket's, which is short and plain: the data directory is the
        # working directory.
        keep = ["--appendonly", "yes"] if self.durable else ["--appendonly", "no", "--save", ""]
        self.child = Child(
            "valkey",
            [
                *[valkey_server(), "--port", "0", "--daemonize", "no"],
                *["--unixsocket", self.socket_path, "--unixsocketperm", "700"],
                *["--maxmemory-policy", "noeviction", *keep],
            ],
            self.log,
            stop_signal=signal.SIGTERM,
            grace=5,
            cwd=self.data,
            env=dict(os.environ),
            pass_fds=self.pass_fds,
            holds_data=True,
        )

    @property
    def socket_path(self) -> Path:
        return self.socket_dir / "valkey.sock"

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.socket_path))}?db=0"

    def is_ready(self) -> bool:
        """Whether it answers PING; while it loads its file it answers an error instead."""
        try:
            with socket.socket(socket.AF_UNIX) as asked:
                asked.settimeout(1)
                asked.connect(str(self.socket_path))
                asked.sendall(b"PING\r\n")
                return asked.recv(64).startswith(b"+PONG")
        except OSError:
            return False
