"""A bad line to a real server: connections break at chosen bytes, answers get lost."""

import random
import socket
import struct
import threading
from collections.abc import Sequence
from contextlib import suppress

BLOCK = 65536


class CuttingProxy:
    """Listens on `port`, hands each connection to the next of the servers, and breaks the line.

    `cuts` are counts of bytes sent by the clients in all; at each the connection of the moment is reset. At every
    third, the request goes through to its end and only the answer is lost.
    """

    def __init__(self, servers: Sequence[int], cuts: Sequence[int]) -> None:
        self.servers, self.cuts, self.made = list(servers), sorted(cuts), 0
        self.sent, self.turn, self.guard = 0, 0, threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.on_cut = lambda number: None
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self.carry, args=[client], daemon=True).start()

    def close(self) -> None:
        self.listener.close()

    def carry(self, client: socket.socket) -> None:
        server = self.connected()
        if server is None:
            reset(client)
            return
        lost = threading.Event()  # the answer is not to arrive
        threading.Thread(target=self.answers, args=[server, client, lost], daemon=True).start()
        with suppress(OSError):
            while block := client.recv(BLOCK):
                allowed, cut = self.allowed(len(block))
                server.sendall(block[:allowed])
                if cut is None:
                    continue
                if cut % 3 == 2:
                    lost.set()
                    server.sendall(block[allowed:])
                    continue
                reset(client)
                reset(server)
                self.on_cut(cut)
                return
        with suppress(OSError):
            server.shutdown(socket.SHUT_WR)

    def connected(self) -> socket.socket | None:
        """A connection to the next server that takes one; None if all are down."""
        for _ in self.servers:
            with self.guard:
                self.turn += 1
                port = self.servers[self.turn % len(self.servers)]
            with suppress(OSError):
                server = socket.create_connection(("127.0.0.1", port), timeout=30)
                server.settimeout(None)
                return server
        return None

    def allowed(self, length: int) -> tuple[int, int | None]:
        """How many of the next bytes pass, and the number of the cut after them, if there is one."""
        with self.guard:
            if self.made < len(self.cuts) and self.cuts[self.made] < self.sent + length:
                passed, number = max(0, self.cuts[self.made] - self.sent), self.made
                self.made += 1
                self.sent += length
                return passed, number
            self.sent += length
            return length, None

    def answers(self, server: socket.socket, client: socket.socket, lost: threading.Event) -> None:
        with suppress(OSError):
            while block := server.recv(BLOCK):
                if lost.is_set():
                    reset(client)
                    break
                client.sendall(block)
        for end in (client, server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)  # a close alone tells nobody as long as another thread waits for it
                end.close()


def reset(end: socket.socket) -> None:
    """Close so that the other side notices at once, also while another thread waits for it."""
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.shutdown(socket.SHUT_RDWR)
        end.close()


def random_cuts(number: int, *, size: int, seed: int) -> list[int]:
    """So many places in a stream of this size."""
    return random.Random(seed).sample(range(1000, size), number)  # noqa: S311
