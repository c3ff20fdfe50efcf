"""Large files in a real browser: cut, reloaded in the middle, paused; folders and pasted files."""

import hashlib
import random
import re

import pytest
from playwright.sync_api import expect

from portal import storage
from portal.models import Batch, Chart, Upload, UploadPart
from portal.rules.intake import ChartStatus, Refusal
from portal.rules.lifecycle import BatchStatus
from portal.rules.uploads import PART_BYTES, UploadState
from tests import factories, files
from tests.e2e.people import assert_accessible

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]
PARTS = 5
BIG = files.small_pdf(1) + random.Random(1).randbytes(PARTS * PART_BYTES - 5000)  # noqa: S311


def sha(content):
    return hashlib.sha256(content).hexdigest()


def write(folder, name, content):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def choose(page, *paths):
    page.get_by_label("Charts", exact=True).or_(page.get_by_label("More charts")).set_input_files(list(paths))


def row(page, name):
    return page.locator("upload-list .file-list > li").filter(has_text=name)


@pytest.fixture
def wire(request):
    """What goes over a page's wire: lets `parts` parts through, then cuts each request until more are allowed."""

    class Wire:
        def __init__(self):
            self.allowed, self.passed, self.cut = 10**6, [], 0

        def on(self, page):
            page.route(re.compile(r"/uploads/\d+/$"), self.handle)
            return self

        def handle(self, route):
            if route.request.method != "PATCH":
                route.continue_()
            elif len(self.passed) < self.allowed:
                self.passed.append(int(route.request.headers["upload-offset"]))
                route.continue_()
            else:
                self.cut += 1
                route.abort("connectionreset")

    return Wire()


def test_a_file_reloaded_in_the_middle_goes_on_where_it_stopped(screen, cleo, tmp_path, wire):
    page = screen(cleo)
    wire.on(page)
    wire.allowed = 2
    big = write(tmp_path, "big.pdf", BIG)
    page.goto("/upload/")
    choose(page, big)
    expect(row(page, "big.pdf")).to_contain_text("Connection lost", timeout=60_000)
    page.on("dialog", lambda dialog: dialog.accept())  # leaving warns while bytes move
    page.reload()
    expect(page.get_by_role("heading", name="Not completely arrived")).to_be_visible()
    expect(page.locator("[data-upload]")).to_contain_text("big.pdf")
    assert page.evaluate("Object.keys(localStorage).join()") in {"", "theme", "density"}
    assert_accessible(page)

    wire.allowed = 10**6
    # The same size and first part, another second part, which came from big.pdf: found out at the end, sent anew.
    other = write(tmp_path, "other.pdf", BIG[:PART_BYTES] + b"x" + BIG[PART_BYTES + 1 :])
    choose(page, other)
    expect(row(page, "other.pdf")).to_contain_text("Received", timeout=60_000)
    choose(page, big)
    expect(row(page, "big.pdf")).to_contain_text("Received", timeout=60_000)
    expect(page.locator("[data-upload]")).to_have_count(0)
    assert {chart.sha256: chart.original_name for chart in Chart.objects.all()}.keys() == {
        sha(BIG), sha(other.read_bytes()),
    }  # fmt: skip
    for chart in Chart.objects.all():
        assert sha(b"".join(storage.blocks(chart.storage_name))) == chart.sha256
    assert not Upload.objects.filter(state=UploadState.OPEN).exists()
    assert not UploadPart.objects.exists()


def test_after_a_reload_only_the_rest_is_sent(screen, cleo, tmp_path, wire):
    page = screen(cleo)
    wire.on(page)
    wire.allowed = 3
    big = write(tmp_path, "big.pdf", BIG)
    page.goto("/upload/")
    choose(page, big)
    expect(row(page, "big.pdf")).to_contain_text("Connection lost", timeout=60_000)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    wire.allowed = 10**6
    choose(page, big)
    expect(row(page, "big.pdf")).to_contain_text("Received", timeout=60_000)
    assert wire.passed == [number * PART_BYTES for number in range(PARTS)]
    assert Chart.objects.get().sha256 == sha(BIG)
    page.get_by_role("button", name="Send 1 chart", exact=True).last.click()
    expect(page.get_by_text("is sent. Follow it here.")).to_be_visible()


def test_a_cut_is_mended_by_itself_and_a_pause_lasts_until_told(screen, cleo, tmp_path, wire):
    page = screen(cleo)
    wire.on(page)
    wire.allowed = 1
    page.goto("/upload/")
    choose(page, write(tmp_path, "big.pdf", BIG), write(tmp_path, "small.pdf", files.small_pdf(3)))
    expect(row(page, "small.pdf")).to_contain_text("Received", timeout=60_000)
    expect(row(page, "big.pdf")).to_contain_text("Connection lost", timeout=60_000)
    page.get_by_role("button", name="Pause").click()
    expect(row(page, "big.pdf")).to_contain_text("Paused at")
    wire.allowed = 10**6
    sent = len(wire.passed)
    page.wait_for_timeout(2500)
    assert len(wire.passed) == sent
    page.get_by_role("button", name="Go on").click()
    expect(row(page, "big.pdf")).to_contain_text("Received", timeout=60_000)
    expect(page.get_by_role("button", name="Send 2 charts")).to_be_visible()
    assert {chart.sha256 for chart in Chart.objects.all()} == {sha(BIG), sha(files.small_pdf(3))}


def test_a_folder_and_pasted_and_dropped_files_are_taken(screen, cleo, tmp_path):
    page = screen(cleo)
    page.goto("/upload/")
    folder = tmp_path / "March"
    write(folder, "a.pdf", files.small_pdf(1))
    write(folder, "Monday/b.pdf", files.small_pdf(2))
    write(folder, ".DS_Store", b"x")
    write(folder, "charts.csv", b"File,Patient\na.pdf,Quill\n")
    page.get_by_label("A whole folder").set_input_files(folder)
    expect(row(page, "charts.csv")).to_contain_text("Add it as the manifest of the batch.")
    for name in ("a.pdf", "b.pdf"):
        expect(row(page, name)).to_contain_text("Received", timeout=60_000)
    for name, how in (("c.pdf", "paste"), ("d.pdf", "drop")):
        page.evaluate(
            """([name, how, bytes]) => {
                const data = new DataTransfer()
                data.items.add(new File([new Uint8Array(bytes)], name, { type: "application/pdf" }))
                const at = how === "drop" ? document.querySelector(".dropzone") : document.body
                at.dispatchEvent(how === "drop"
                    ? new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: data })
                    : new ClipboardEvent("paste", { bubbles: true, clipboardData: data }))
            }""",
            [name, how, list(files.small_pdf(ord(name[0])))],
        )
        expect(row(page, name)).to_contain_text("Received", timeout=60_000)
    assert sorted(Chart.objects.values_list("original_name", flat=True)) == ["a.pdf", "b.pdf", "c.pdf", "d.pdf"]
    assert Batch.objects.count() == 1
    row(page, "d.pdf").get_by_role("button").focus()
    page.keyboard.press("Delete")
    expect(row(page, "d.pdf")).to_have_count(0)
    expect(page.get_by_role("button", name="Send 3 charts")).to_be_visible()
    assert_accessible(page)


def test_a_zip_and_a_locked_file_go_along_and_the_lock_is_shown(screen, cleo, river, tmp_path):
    page = screen(cleo)
    page.goto("/upload/")
    for name, seed in (("all.zip", 1), ("shut.pdf", 2)):
        choose(page, write(tmp_path, name, files.small_pdf(seed)))
        expect(row(page, name)).to_contain_text("Received", timeout=60_000)
    archive, shut = (Chart.objects.get(original_name=name) for name in ("all.zip", "shut.pdf"))
    for seed in (3, 4, 5):
        factories.ChartFactory(batch=archive.batch, practice=river, archive=archive, original_name=f"{seed}.pdf")
    Chart.objects.filter(pk=archive.pk).update(status=ChartStatus.UNPACKED)
    Chart.objects.filter(pk=shut.pk).update(status=ChartStatus.LOCKED, reason=Refusal.PASSWORD_NEEDED)
    expect(row(page, "all.zip")).to_contain_text("Unpacked: 3 files", timeout=60_000)
    link = row(page, "shut.pdf").get_by_role("link", name="Give the password of shut.pdf")
    expect(link).to_have_attribute("href", f"/charts/{shut.pk}/")
    expect(page.get_by_text("4 charts received, 1 needs attention")).to_be_visible()
    assert_accessible(page)
    manifest = page.get_by_role("link", name="Add it as a manifest")
    expect(manifest).to_have_attribute("href", f"/batches/{shut.batch_id}/manifest/")
    page.get_by_role("button", name="Send 4 charts").click()
    expect(page.get_by_text("is sent. Follow it here.")).to_be_visible()
    assert not Chart.objects.filter(reason=Refusal.LEFT_OUT).exists()


def test_our_own_hash_is_sha256(screen, cleo):
    """The worker's sum over pieces of any length, against hashlib; and how fast it is here."""
    page = screen(cleo)
    page.goto("/upload/")
    chance = random.Random(4)  # noqa: S311
    for lengths in ([0], [1], [55], [56], [63, 1], [64], [65, 64, 63], [119, 1, 8], [1000, 24, 5, 4096]):
        pieces = [chance.randbytes(length) for length in lengths]
        found = page.evaluate(
            """async (pieces) => {
                const worker = new Worker(document.querySelector("upload-list").getAttribute("hash-url"))
                const ask = (question) => new Promise((resolve) => {
                    worker.onmessage = ({ data }) => resolve(data.hash)
                    worker.postMessage({ id: 1, ...question })
                })
                const parts = []
                for (const piece of pieces) parts.push(await ask({ bytes: new Uint8Array(piece).buffer }))
                return [...parts, await ask({ end: true })]
            }""",
            [list(piece) for piece in pieces],
        )
        assert found == [*(sha(piece) for piece in pieces), sha(b"".join(pieces))]


def test_a_manifest_is_previewed_and_corrected(screen, cleo, river, tmp_path):
    batch = factories.BatchFactory(practice=river, status=BatchStatus.OPEN, received_at=None, due_at=None)
    factories.ChartFactory(batch=batch, original_name="a.pdf")
    page = screen(cleo)
    page.goto(f"/batches/{batch.pk}/manifest/")
    assert_accessible(page)
    listed = write(tmp_path, "list.csv", b"Scan;Who;DOS\na.pdf;Quill;3/2/2026\nb.pdf;Doe;never\n")
    page.get_by_label("Manifest").set_input_files(listed)
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_text("2 rows, 1 for a file of this batch, 1 with a problem.")).to_be_visible()
    expect(page.get_by_role("cell", name="Quill")).to_have_count(0)
    page.get_by_label("Who").select_option("Patient")
    page.get_by_role("button", name="Use these columns").click()
    expect(page.get_by_role("cell", name="Quill")).to_be_visible()
    assert_accessible(page)
