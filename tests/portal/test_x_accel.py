"""Page images handed to a real nginx: the site decides, the proxy sends, and nobody gets a copy by its name."""

import os
import time
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from portal import laid_out, scope, storage
from portal.models import AuditEvent
from portal.page_links import Writer
from tests import factories, files, proxies
from tests.processes import environment

needs_nginx = pytest.mark.skipif(not proxies.NGINX, reason=proxies.NO_NGINX)


@pytest.fixture
def page(river, tmp_path):
    with scope.service():
        chart = factories.ChartFactory(batch=factories.BatchFactory(practice=river), page_count=1)
        kept = storage.keep_bytes(files.png(), practice_id=river.pk, folder="pages", ending=".png")
        return factories.PageFactory(chart=chart, number=1, image_name=kept.name)


def signed_in(person, page):
    """The cookie of a new session, and a link to the page in it."""
    client = Client()
    client.force_login(person)
    session = client.session
    session.update({"signed_in_at": time.time(), "last_active": time.time()})
    session.save()
    link = Writer("chart", person.pk, session.session_key, timezone.now()).to(page.chart_id, 1)
    return f"session={session.session_key}", f"/p/{link}"


@needs_nginx
@pytest.mark.django_db(transaction=True)
def test_nginx_sends_what_the_site_allows_and_nothing_else(page, cleo, otto, tmp_path):
    cookie, link = signed_in(cleo, page)
    stranger, _ = signed_in(otto, page)
    copies = tmp_path / "laid-out"
    with proxies.proxied_site(tmp_path, environment(tmp_path, PAGE_ACCEL_DIR=str(copies))) as port:
        for path in (link, f"/charts/{page.chart_id}/pages/1/image/"):
            status, headers, body = proxies.get(port, path, cookie)
            assert (status, body) == (200, files.png())
            assert headers["Content-Type"] == "image/png"
            assert headers["Cache-Control"] == "private, no-store"
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert "X-Accel-Redirect" not in headers
        (copy,) = copies.iterdir()
        assert copy.read_bytes() == files.png(), "it was the proxy that sent it"
        for path in (laid_out.PREFIX + copy.name, laid_out.PREFIX, f"/plain/../laid-out/{copy.name}"):
            assert proxies.get(port, path, cookie)[0] in {400, 404}
        for other in (stranger, ""):
            assert proxies.get(port, link, other)[0] == 404
    with scope.service():
        assert AuditEvent.objects.filter(action="page.viewed", actor=cleo).count() == 2
        assert AuditEvent.objects.filter(action="access.refused").count() == 2


# -- the folder of copies -------------------------------------------------------------------------
@pytest.fixture
def folder(settings, tmp_path, monkeypatch):
    settings.PAGE_ACCEL_DIR, settings.PAGE_ACCEL_BYTES = str(tmp_path), 1000
    monkeypatch.setattr(laid_out, "TIDY_EVERY", -1.0)
    return tmp_path


def lay_out(name, content=b"x" * 400, *, age=0.0):
    from io import BytesIO

    path = Path(laid_out.settings.PAGE_ACCEL_DIR) / laid_out.address(name, BytesIO(content)).rpartition("/")[2]
    os.utime(path, (time.time() - age, time.time() - age))
    return path


def test_the_folder_stays_small_and_the_oldest_goes_first(folder):
    first, second, third = (lay_out(f"{number}.png", age=10.0 - number) for number in (1, 2, 3))
    lay_out("4.png")
    assert (first.exists(), second.exists(), third.exists()) == (False, True, True)


def test_nothing_lies_there_for_long(folder):
    old = lay_out("old.png", age=laid_out.settings.PAGE_ACCEL_SECONDS + 1)
    lay_out("new.png")
    assert not old.exists()


def test_a_copy_that_is_there_is_used_again_and_counts_as_new(folder):
    copy = lay_out("1.png", age=60.0)
    assert lay_out("1.png", b"not read") == copy
    assert copy.read_bytes() == b"x" * 400
    assert copy.stat().st_mode & 0o007 == 0


def test_what_is_not_ours_is_left_alone(folder):
    (folder / "somebody.else").write_bytes(b"x" * 5000)
    os.utime(folder / "somebody.else", (1, 1))
    lay_out("1.png")
    assert (folder / "somebody.else").exists()
