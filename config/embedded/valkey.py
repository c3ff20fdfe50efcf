"""The embedded Valkey: a Redis server on a socket that keeps its data."""

import signal
import socket

from config.embedded.places import account, home, make_dir, make_socket_dir, valkey_socket
from config.embedded.programs import valkey_program
from config.embedded.servers import Server, start_server


def valkey_server() -> Server:
    """Messages to workers must not be dropped for want of memory, and outlive a crash but for a second."""
    data = home() / "valkey"
    options = {
        "port": "0",
        "unixsocket": str(valkey_socket()),
        "unixsocketperm": "700",
        "dir": str(data),
        "pidfile": str(data / "valkey.pid"),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "maxmemory-policy": "noeviction",
        "save": "",
        "daemonize": "no",
        "set-proc-title": "no",  # the command line is how running_pid() recognises it
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    return Server(
        name="Valkey",
        command=[valkey_program(), *arguments],
        data=data,
        pid_file=data / "valkey.pid",
        socket=valkey_socket(),
        stop_signal=signal.SIGTERM,
        answers=_answers,
    )


def start_valkey() -> bool:
    """Answer whether this call started it."""
    make_socket_dir()
    make_dir(home() / "valkey", mode=0o700, owner=account())
    return start_server(valkey_server())


def _answers() -> bool:
    """One plain PING; while the server loads its file it answers something else."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(3)
            connection.connect(str(valkey_socket()))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
