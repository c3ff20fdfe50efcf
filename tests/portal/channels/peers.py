"""Real peers for channels: an SFTP server, an HTTP receiver that fails, hangs and answers twice, an HL7 listener."""

import asyncio
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import asyncssh
import hl7


class Loop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)


# -- SFTP ------------------------------------------------------------------------------------------
class Guard(asyncssh.SSHServer):
    """Lets in who has the password or one of the keys."""

    server: "SftpServer"

    def begin_auth(self, username):  # noqa: ARG002
        return True

    def password_auth_supported(self):
        return True

    def validate_password(self, username, password):
        self.server.passwords.append(password)
        return (username, password) == ("chartline", self.server.password)

    def public_key_auth_supported(self):
        return True

    def validate_public_key(self, username, key):
        return username == "chartline" and key.export_public_key().decode().split()[1] in self.server.keys


@dataclass
class SftpServer:
    """asyncssh's SFTP server over a folder; it can get another host key."""

    folder: Path
    password: str = "river-opens"
    keys: set[str] = field(default_factory=set)
    passwords: list[str] = field(default_factory=list)  # every one that was told to it
    port: int = 0
    host_key: object = field(default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519"))

    def start(self) -> None:
        self.loop = Loop()
        guard = type("Bound", (Guard,), {"server": self})

        async def listen():
            return await asyncssh.listen(
                "127.0.0.1", self.port, server_host_keys=[self.host_key], server_factory=guard,
                sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(self.folder).encode()),
            )  # fmt: skip

        self.listening = self.loop.run(listen())
        self.port = self.listening.get_port()

    def stop(self) -> None:
        async def close():
            self.listening.close()
            await self.listening.wait_closed()

        self.loop.run(close())
        self.loop.stop()

    def change_host_key(self, kind: str = "ssh-ed25519") -> None:
        self.stop()
        self.host_key = asyncssh.generate_private_key(kind)
        self.start()

    @property
    def public_key(self) -> str:
        return self.host_key.export_public_key().decode().strip()

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(self.folder.rglob("*")) if path.is_file()}


# -- HTTP ------------------------------------------------------------------------------------------
@dataclass
class Receiver:
    """Keeps what is posted to it and answers as told: `answers` are statuses, "hang", "twice" or "drop", in order."""

    answers: list = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    path: str = "/hook"
    taken: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"receiver": self}))
        self.http.daemon_threads = True
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.released.set()
        self.http.shutdown()
        self.http.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}{self.path}"

    @property
    def ids(self) -> list[str]:
        """The idempotency key of each request."""
        return [headers.get("webhook-id") or headers.get("Idempotency-Key", "") for headers, _ in self.got]


class Handler(BaseHTTPRequestHandler):
    receiver: Receiver
    protocol_version = "HTTP/1.1"

    def log_message(self, *_args: object) -> None:
        """Silence."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.receiver.got.append((dict(self.headers), body))
        self.receiver.taken.set()
        answer = self.receiver.answers.pop(0) if self.receiver.answers else 200
        self.close_connection = True
        with suppress(BrokenPipeError, ConnectionResetError):
            if answer == "hang":
                self.receiver.released.wait(60)
            elif answer == "drop":
                self.connection.close()
            elif answer == "twice":
                self.say(200)
                self.say(500)
            else:
                self.say(answer)

    def say(self, status: int) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": "2", **self.receiver.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"ok")


# -- MLLP ------------------------------------------------------------------------------------------
@dataclass
class Listener:
    """An HL7 listener; `answers` are codes, "hang", "drop", "twice", "other", or "noise", one a message."""

    answers: list[str] = field(default_factory=list)
    got: list[bytes] = field(default_factory=list)
    secure: object = None  # an ssl.SSLContext
    after: object = None  # called when a message is acknowledged
    released: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.listen, daemon=True).start()

    def stop(self) -> None:
        self.released.set()
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)  # wakes who waits for the next one
        self.socket.close()

    @property
    def ids(self) -> list[str]:
        """MSH-10 of each message that came, as a parser of HL7 reads it."""
        return [str(hl7.parse(message.decode()).segment("MSH")[10]) for message in self.got]

    def listen(self) -> None:
        while True:
            try:
                peer, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.hear, args=[peer], daemon=True).start()

    def hear(self, peer: socket.socket) -> None:
        held = b""
        with suppress(OSError), self.secure.wrap_socket(peer, server_side=True) if self.secure else peer as talk:
            while block := talk.recv(4096):
                held += block
                while b"\x1c\r" in held:
                    frame, held = held.split(b"\x1c\r", 1)
                    assert frame.startswith(b"\x0b")
                    self.got.append(frame[1:])
                    if not self.say(talk, self.ids[-1], self.answers.pop(0) if self.answers else "AA"):
                        return

    def say(self, talk: socket.socket, about: str, answer: str) -> bool:
        """Answer one message; False to hang up."""
        if answer == "hang":
            self.released.wait(60)
        if answer in {"hang", "drop"}:
            return False
        if answer == "noise":
            talk.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            return False
        if answer == "other":
            talk.sendall(self.acknowledgement("AA", "somebody-elses"))
            return True
        code = "AA" if answer == "twice" else answer
        talk.sendall(self.acknowledgement(code, about) * (2 if answer == "twice" else 1))
        if self.after:
            self.after()
        return True

    def acknowledgement(self, code: str, about: str) -> bytes:
        text = f"MSH|^~\\&|EHR|RIVER|CHARTLINE||20260302||ACK|{about}-ack|P|2.5.1\rMSA|{code}|{about}\r"
        return b"\x0b" + text.encode() + b"\x1c\r"


def until(true, *, seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    return bool(true())
