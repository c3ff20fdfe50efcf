"""A large file over a line that breaks at many places, to servers that are killed: it arrives as it was."""

import hashlib
import http.client
import importlib.util
import json
import random
import re
import socket
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client

from portal import storage
from portal.models import AuditEvent, Chart, Upload, UploadPart
from portal.rules.uploads import PART_BYTES, UploadState
from tests import files, processes
from tests.api.conftest import RIVER_SECRET, token_of
from tests.cutting_proxy import CuttingProxy, random_cuts

pytestmark = [pytest.mark.crash, pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]
# Bytes and cuts: of each third cut the answer alone is lost, at each twelfth the server of the moment is killed.
SIZES = [(60 * 10**6, 15), pytest.param((200 * 10**6, 50), marks=pytest.mark.every_fault)]
KILLED_AT = 12
WAITS = (0.05, 0.2, 0.5, 1, 2, 4, 8, 8, 8, 8, 8, 8)
EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "send_batch.py"


def load_example():
    specification = importlib.util.spec_from_file_location("send_batch", EXAMPLE)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture(params=SIZES, ids=lambda size_cuts: f"{size_cuts[1]} cuts")
def size_cuts(request):
    return request.param


@pytest.fixture
def cuts(size_cuts):
    return size_cuts[1]


@pytest.fixture
def big(tmp_path, size_cuts):
    """A PDF that holds no part twice."""
    size, _ = size_cuts
    path = tmp_path / "big.pdf"
    with path.open("wb") as file:
        head = files.small_pdf(1)
        file.write(head)
        chance = random.Random(9)  # noqa: S311
        for start in range(len(head), size, PART_BYTES):
            file.write(chance.randbytes(min(PART_BYTES, size - start)))
    return path


@pytest.fixture
def servers(tmp_path):
    """Two web servers on one database and one storage."""
    found = {}

    def begin(port):
        found[port] = processes.start_web(tmp_path, port, API_RATE="100000/min", EXTRA_HOSTS="127.0.0.1")

    for port in (free_port(), free_port()):
        begin(port)
    for port in found:
        assert processes.wait_until(lambda port=port: answers(port), seconds=60), found[port].log.read_text()[-2000:]
    yield found, begin
    for running in found.values():
        processes.stop(running)


def answers(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
            return True
    except OSError:
        return False


def bad_line(servers, size, cuts):
    """A proxy with so many cuts; at some of them the server of the moment is killed as well."""
    found, begin = servers
    proxy = CuttingProxy(list(found), random_cuts(cuts, size=size - PART_BYTES, seed=11))

    def killed(number):
        if number % KILLED_AT == 0:
            port = list(found)[number // KILLED_AT % 2]
            processes.kill(found[port])
            begin(port)

    proxy.on_cut = killed
    return proxy


def assert_arrived(path):
    """One chart with exactly these bytes, and nothing left over."""
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    chart = Chart.objects.get()
    assert (chart.sha256, chart.size) == (sha256, path.stat().st_size)
    digest = hashlib.sha256()
    for block in storage.blocks(chart.storage_name):
        digest.update(block)
    assert digest.hexdigest() == sha256
    assert AuditEvent.objects.filter(action="chart.received").count() == 1
    assert not Upload.objects.filter(state=UploadState.OPEN).exists()
    assert processes.wait_until(lambda: not UploadPart.objects.exists(), seconds=10)


def test_over_the_api_with_our_example_client(river, cleo, big, cuts, servers):
    token_of(river, cleo, RIVER_SECRET)
    proxy = bad_line(servers, big.stat().st_size, cuts)
    service = load_example().Chartline(f"http://127.0.0.1:{proxy.port}", RIVER_SECRET, timeout=30, waits=WAITS)
    batch = service.persist("POST", "/batches", {"name": "March", "specialty": "cardiology"})["id"]
    receipt = service.send_file(batch, big)
    assert proxy.made == cuts
    assert receipt["outcome"] == "received"
    assert_arrived(big)
    expected = [{"name": "big.pdf", "sha256": receipt["sha256"]}]
    assert service.persist("POST", f"/batches/{batch}/send", {"expected": expected})["status"] == "received"
    proxy.close()


class Browser:
    """What the page's script does, without the page."""

    def __init__(self, port, user):
        client = Client()
        client.force_login(user)
        self.port, self.session = port, client.cookies[settings.SESSION_COOKIE_NAME].value
        _, text, cookies = self.ask("GET", "/upload/")
        self.csrf = re.search(r'name="csrf-token" content="([^"]+)"', text)[1]
        self.cookie = re.search(rf"{settings.CSRF_COOKIE_NAME}=([^;]+)", cookies)[1]

    csrf = cookie = ""

    def ask(self, method, path, body=b"", **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        if isinstance(body, dict):
            body, headers = urlencode(body), {"Content-Type": "application/x-www-form-urlencoded", **headers}
        cookies = f"{settings.SESSION_COOKIE_NAME}={self.session}; {settings.CSRF_COOKIE_NAME}={self.cookie}"
        try:
            common = {"Cookie": cookies, "X-CSRFToken": self.csrf, "Accept": "application/json"}
            connection.request(method, path, body, {**common, **headers})
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), answer.headers.get("Set-Cookie", "")
        finally:
            connection.close()

    def persist(self, method, path, body=b""):
        for wait in WAITS:
            try:
                status, text, _ = self.ask(method, path, body)
            except (OSError, http.client.HTTPException):
                time.sleep(wait)
                continue
            if status < 500 and "upload_busy" not in text:
                assert status < 300, text
                return json.loads(text)
            time.sleep(wait)
        raise AssertionError(f"{method} {path} got no answer")

    def send_file(self, urls, path):
        size, offset = path.stat().st_size, 0
        upload = self.persist("POST", urls["uploads_url"], {"name": path.name, "size": size})
        with path.open("rb") as file:
            while offset < size:
                file.seek(offset)
                part = file.read(upload["part_bytes"])
                headers = {
                    "Content-Type": "application/octet-stream", "Upload-Offset": str(offset),
                    "X-Content-SHA256": hashlib.sha256(part).hexdigest(),
                }  # fmt: skip
                try:
                    _, text, _ = self.ask("PATCH", upload["url"], part, **headers)
                    known = json.loads(text)
                except (OSError, http.client.HTTPException, ValueError):
                    known = {}
                offset = known["offset"] if "offset" in known else self.persist("GET", upload["url"])["offset"]
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return self.persist("POST", upload["complete_url"], {"sha256": digest})


def test_over_the_web(cleo, big, cuts, servers):
    direct = Browser(next(iter(servers[0])), cleo)
    urls = direct.persist("POST", "/upload/batch/", {"name": "March", "specialty": "cardiology"})
    proxy = bad_line(servers, big.stat().st_size, cuts)
    direct.port = proxy.port
    assert direct.send_file(urls, big)["outcome"] == "received"
    assert proxy.made == cuts
    assert_arrived(big)
    proxy.close()
