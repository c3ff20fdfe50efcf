"""Those who use the site while it is being harmed, over real HTTP: they try again as the documentation says."""

import hashlib
import re
import time
from collections.abc import Callable
from http import HTTPStatus

import requests
from django.conf import settings
from django.test import Client
from django.urls import reverse

from coding.rules.lifecycle import NotBillableReason

PATIENCE = 60  # seconds after which a client gives up: the site must be back before
SERVER_ERROR = 500


class GaveUp(Exception):
    """The site did not answer within PATIENCE."""


def until_answered(ask: Callable[[], requests.Response]) -> requests.Response:
    """The first answer that is neither a broken connection nor a fault of the server nor "under way"."""
    end, last = time.monotonic() + PATIENCE, "nothing"
    while time.monotonic() < end:
        try:
            answer = ask()
        except requests.RequestException as trouble:
            last = type(trouble).__name__
        else:
            last = f"{answer.status_code} {answer.text[:200]}"
            under_way = answer.status_code == HTTPStatus.CONFLICT and "in_progress" in answer.text
            if answer.status_code < SERVER_ERROR and not under_way:
                return answer
        time.sleep(0.2)
    raise GaveUp(last)


class Sender:
    """What every sender keeps: the SHA-256 of each file that has a receipt, and the chart the receipt names."""

    def __init__(self) -> None:
        self.receipts: dict[str, int] = {}
        self.batches: list[int] = []

    def keep(self, content: bytes, chart: int) -> None:
        self.receipts[hashlib.sha256(content).hexdigest()] = chart


class System(Sender):
    """A practice's system that speaks the API: one key a request, the same key when it asks again."""

    def __init__(self, url: str, secret: str) -> None:
        super().__init__()
        self.url, self.secret, self.asked = f"{url}/api/v1", secret, 0

    def post(self, path: str, **more: object) -> requests.Response:
        self.asked += 1
        headers = {
            "Authorization": f"Bearer {self.secret}",
            "Idempotency-Key": f"request {self.asked}".replace(" ", "-"),
        }
        return until_answered(lambda: requests.post(self.url + path, headers=headers, timeout=20, **more))

    def send(self, *contents: bytes, in_parts: bytes = b"") -> int:
        """One batch with these files, one of them in parts if wished; its id."""
        opened = self.post("/batches", json={"name": "Notes", "specialty": "radiology"})
        assert opened.status_code == HTTPStatus.CREATED, opened.text
        batch = opened.json()["id"]
        for number, content in enumerate(contents):
            answer = self.post(f"/batches/{batch}/files", files={"file": (f"scan-{number}.pdf", content)})
            assert answer.status_code == HTTPStatus.CREATED, answer.text
            assert answer.json()["sha256"] == hashlib.sha256(content).hexdigest()
            self.keep(content, answer.json()["chart"])
        if in_parts:
            self.keep(in_parts, self.send_in_parts(batch, in_parts))
        sent = self.post(f"/batches/{batch}/send")
        # A commit whose answer was lost is answered again; nothing else may stand in the way.
        assert sent.status_code == HTTPStatus.OK, sent.text
        self.batches.append(batch)
        return batch

    def send_in_parts(self, batch: int, content: bytes, *, step: int = 400) -> int:
        """A file part by part, from where the site says it stands; the chart it became."""
        sha256 = hashlib.sha256(content).hexdigest()
        begun = self.post(f"/batches/{batch}/uploads", json={"name": "long.pdf", "size": len(content)})
        path, offset = f"/uploads/{begun.json()['id']}", 0
        while offset < len(content):
            part = content[offset : offset + step]
            answer = self.part(path, offset, part)
            assert answer.status_code in {HTTPStatus.OK, HTTPStatus.CONFLICT}, answer.text
            offset = int(answer.headers["Upload-Offset"])
        done = self.post(f"{path}/complete", json={"sha256": sha256})
        assert (done.status_code, done.json()["sha256"]) == (HTTPStatus.CREATED, sha256), done.text
        return int(done.json()["chart"])

    def part(self, path: str, offset: int, content: bytes) -> requests.Response:
        headers = {
            "Authorization": f"Bearer {self.secret}",
            "Upload-Offset": str(offset),
            "X-Content-SHA256": hashlib.sha256(content).hexdigest(),
            "Content-Type": "application/octet-stream",
        }
        return until_answered(lambda: requests.patch(self.url + path, data=content, headers=headers, timeout=20))


class Browser:
    """Somebody signed in; forms are sent again when no answer came."""

    def __init__(self, url: str, user: object) -> None:
        django = Client()
        django.force_login(user)
        self.url, self.session = url, requests.Session()
        self.session.cookies.set(settings.SESSION_COOKIE_NAME, django.cookies[settings.SESSION_COOKIE_NAME].value)

    def get(self, path: str) -> requests.Response:
        return until_answered(lambda: self.session.get(self.url + path, timeout=20, allow_redirects=False))

    def post(self, path: str, data: dict[str, object] | None = None, **more: object) -> requests.Response:
        headers = {"X-CSRFToken": self.csrf(), **more.pop("headers", {})}
        return until_answered(
            lambda: self.session.post(
                self.url + path, data=data, headers=headers, timeout=20, allow_redirects=False, **more
            )
        )

    def csrf(self) -> str:
        if settings.CSRF_COOKIE_NAME not in self.session.cookies:
            self.get(reverse("portal:security"))
        return self.session.cookies[settings.CSRF_COOKIE_NAME]


class Desk(Browser, Sender):
    """A person at the practice with the upload page and its script."""

    def __init__(self, url: str, user: object) -> None:
        Browser.__init__(self, url, user)
        Sender.__init__(self)

    def send(self, *contents: bytes) -> int:
        """One batch with these files; its id."""
        script = {"headers": {"Accept": "application/json"}}
        opened = self.post(reverse("portal:upload-batch"), {"name": "Notes", "specialty": "radiology"}, **script)
        assert opened.status_code == HTTPStatus.CREATED, opened.text
        found = opened.json()
        for number, content in enumerate(contents):
            answer = self.post(
                found["file_url"],
                files={"file": (f"page-{number}.pdf", content)},
                headers={"Accept": "application/json", "Idempotency-Key": f"{found['batch']}-{number}"},
            )
            assert answer.json()["outcome"] == "received", answer.text
            self.keep(content, answer.json()["chart"])
        sent = self.post(found["commit_url"], {"name": "Notes", "specialty": "radiology"})
        assert sent.status_code == HTTPStatus.FOUND, sent.text
        self.batches.append(found["batch"])
        return found["batch"]


class Coder(Browser):
    """Takes what waits and finds it not billable, which finishes it."""

    sent_to = ""  # where the last request for work led

    def finish_one(self) -> bool:
        """Whether there was something to do."""
        opened = self.sent_to = self.post(reverse("coding:next")).headers.get("Location", "")
        found = re.search(r"/encounters/(\d+)/", opened)
        if found is None:
            return False
        path = reverse("coding:not-billable", args=[found[1]])
        assignment = re.search(r'name="assignment" value="(\d+)"', self.get(path).text)
        if assignment is None:  # finished by a request whose answer was lost
            return True
        answers = {"encounter": found[1], "assignment": assignment[1], "reason": NotBillableReason.NOT_A_VISIT.value}
        self.post(path, answers)
        return True
