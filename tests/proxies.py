"""A real nginx before a real gunicorn, for tests and benchmarks."""

import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
NO_NGINX = "nginx is not installed (Debian: apt-get install nginx-light)"
CONFIGURATION = """
{user}
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 256; }}
http {{
  access_log off;
  sendfile on;
  keepalive_requests 100000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  upstream site {{ server 127.0.0.1:{site}; keepalive 16; }}
  server {{
    listen 127.0.0.1:{port};
    location /plain/ {{ alias {folder}/plain/; }}
    location /laid-out-pages/ {{
      internal;
      alias {folder}/laid-out/;
      add_header X-Content-Type-Options nosniff always;  # of the site's headers nginx keeps some only
    }}
    location / {{
      proxy_pass http://site;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host 127.0.0.1;
      proxy_buffers 8 64k;
    }}
  }}
}}
"""


def free_port() -> int:
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def started(command: list[str], port: int, *, log: Path, **more: object) -> Iterator[None]:
    """A server process that answers on its port, ended afterwards."""
    with log.open("ab") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, **more)  # type: ignore[call-overload]
    try:
        end = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > end:
                    raise AssertionError(log.read_text(errors="replace")[-3000:]) from None
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextmanager
def proxied_site(folder: Path, environment: Mapping[str, str]) -> Iterator[int]:
    """The site behind nginx; gives the port. Copies of pages go to folder/laid-out, plain files to folder/plain."""
    assert NGINX, NO_NGINX
    for name in ("plain", "laid-out"):
        (folder / name).mkdir(exist_ok=True)
    site, port = free_port(), free_port()
    settings = folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    settings.write_text(CONFIGURATION.format(folder=folder, site=site, port=port, user=user))
    gunicorn = [
        sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{site}", "--worker-class", "gthread",
        "--workers", "2", "--threads", "4", "--keep-alive", "30", "--log-level", "warning",
    ]  # fmt: skip
    with (
        started(gunicorn, site, log=folder / "gunicorn.log", cwd=ROOT, env=dict(environment)),
        started([NGINX, "-c", str(settings), "-p", str(folder)], port, log=folder / "nginx.log"),
    ):
        yield port


def get(port: int, path: str, cookie: str = "") -> tuple[int, http.client.HTTPMessage, bytes]:
    """One request to a local server: status, headers, body."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
