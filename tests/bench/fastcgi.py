"""Asking a FastCGI program on a socket of its own: no web server stands between, so nothing of one is measured."""

import socket
import struct
import subprocess
from pathlib import Path

_BEGIN, _END, _PARAMS, _STDIN, _STDOUT = 1, 3, 4, 5, 6


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack(">BBHHBB", 1, kind, 1, len(content), 0, 0) + content


def _pair(name: str, value: str) -> bytes:
    texts = name.encode(), value.encode()
    sizes = b"".join(bytes((len(one),)) if len(one) < 128 else struct.pack(">I", len(one) | 1 << 31) for one in texts)
    return sizes + b"".join(texts)


class Program:
    """A FastCGI program and one kept connection to it, with the methods of `driving.Caller`."""

    def __init__(self, command: list[str], path: Path, env: dict[str, str]) -> None:
        """Start the program with a listening socket at `path` as its standard input, as the protocol wants it."""
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(path))
            listening.listen(4)
            self.process = subprocess.Popen(command, stdin=listening.fileno(), env=env)
        self.path = path
        self.socket: socket.socket | None = None

    def send(self, path: str) -> None:
        """Ask for a path, without waiting."""
        if self.socket is None:  # only now: the library drops who says nothing for two seconds
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(120)
            self.socket.connect(str(self.path))
            self.stream = self.socket.makefile("rb")
        info, _, query = path.partition("?")
        named = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": info,
            "QUERY_STRING": query,
            "SCRIPT_NAME": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "127.0.0.1",
        }
        params = b"".join(_pair(*one) for one in named.items())
        begin = _record(_BEGIN, struct.pack(">HB5x", 1, 1))  # a responder; the connection is kept
        self.socket.sendall(begin + _record(_PARAMS, params) + _record(_PARAMS, b"") + _record(_STDIN, b""))

    def receive(self) -> bytes:
        """Return the body of the answer; raises RuntimeError for a status that is not 200."""
        parts = []
        while True:
            _version, kind, _number, size, padding, _reserved = struct.unpack(">BBHHBB", self.stream.read(8))
            content = self.stream.read(size)
            self.stream.read(padding)
            if kind == _STDOUT:
                parts.append(content)
            if kind == _END:
                break
        head, _, body = b"".join(parts).partition(b"\r\n\r\n")
        if b"Status:" in head and b"Status: 200" not in head:
            raise RuntimeError((head + body)[:600].decode(errors="replace"))
        return body

    def close(self) -> None:
        """End the program."""
        if self.socket is not None:
            self.stream.close()
            self.socket.close()
        self.process.kill()  # it ends of itself only after another request
        self.process.wait(30)
