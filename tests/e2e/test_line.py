"""The whole line, as people walk it: a scanned PDF and a TIFF go in, verified codes and a conversation come out.

Twenty marked values of a patient travel along; none of them may be found in logs, mails, Redis or addresses.
"""

import contextlib
import csv
import io
import re
import threading

import openpyxl
import pytest
import redis
from playwright.sync_api import expect

from coding.models import Discrepancy, Encounter, Verification
from coding.rules.lifecycle import EncounterStatus
from config.demo import scans
from feedback.models import Comment
from portal.models import AuditEvent, Batch, Chart, Delivery, Download
from tests import factories, processes
from tests.canaries import carried, read_mail
from tests.coding.lines import load_codes
from tests.e2e.people import Person, submit_with_reason

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(420)]

# Twenty values that could only come from a patient's chart or from what people wrote about it.
CANARIES = {
    "name": "Quenby Zzyzxworth",
    "second name": "Ophira Xylanderby",
    "account": "ACCT-77Q31Z",
    "second account": "ACCT-88W42Y",
    "member": "MEMB-5521QX",
    "second member": "MEMB-6632RW",
    "birth date": "1947-03-29",
    "typed birth date": "03/29/1947",
    "second birth date": "1958-08-17",
    "typed second birth date": "08/17/1958",
    "file": "quenby-zz-visit-note.pdf",
    "second file": "xylanderby-fax.tif",
    "provider's words": "Vortigern tremor after supper",
    "coder's note": "Note-to-verifier-8841 lambent",
    "verifier's comment": "Verdict-words-3317 umbral",
    "practice's comment": "Practice-words-9902 gossamer",
    "service's reply": "Reply-words-4408 halcyon",
    "member of the family": "daughter Wilhelmaxine",
    "employer": "Brindlecrest Foundry 71",
    "street": "4471 Quagmire Lantern Row",
}
BODY = f"""HISTORY
{CANARIES["provider's words"]}, reported by {CANARIES["member of the family"]}. Works at {CANARIES["employer"]},
lives at {CANARIES["street"]}.

ASSESSMENT
1. Type 2 diabetes without complications.
2. Essential hypertension."""


def scan(name, born, account, pages, seed):
    images = []
    for number in range(pages):
        images += scans.pages(
            letterhead="River Family Medicine",
            facts=[f"Patient: {name}", f"Born: {born}", f"Account: {account}", "Date of service: 11/18/2026"],
            title=f"Office visit, sheet {number + 1}",
            body=BODY,
            signed="Signed by Dana Whitlow, MD",
            seed=seed + number,
        )
    return images


class Listener(threading.Thread):
    """Hears every command that reaches Redis, so that a message taken out at once is seen too."""

    def __init__(self):
        super().__init__(daemon=True)
        self.heard = []
        self.redis = processes.broker()

    def run(self):
        with contextlib.suppress(redis.RedisError, OSError), self.redis.monitor() as monitor:
            for command in monitor.listen():
                self.heard.append(str(command))

    def kept(self):
        """Everything that is in Redis now."""
        words = []
        for key in self.redis.scan_iter():
            kind = self.redis.type(key)
            value = {
                b"string": self.redis.get,
                b"list": lambda k: self.redis.lrange(k, 0, -1),
                b"hash": self.redis.hgetall,
                b"set": self.redis.smembers,
                b"zset": lambda k: self.redis.zrange(k, 0, -1),
            }[kind](key)
            words.append(f"{key} {value}")
        return words


@pytest.fixture
def practice(river):
    factories.ProviderFactory(practice=river, name="Dana Whitlow, MD")
    factories.LocationFactory(practice=river, name="Mill Street", place_of_service="11")
    factories.PayerFactory(practice=river, name="Blue Heron")
    load_codes()
    return river


def test_the_whole_line(site, browser, practice, cleo, ann, bea, max_, tmp_path):
    listener = Listener()
    listener.start()
    addresses = []
    cleos, anns, beas, maxs = (Person(browser, site.url, user) for user in (cleo, ann, bea, max_))
    everyone = (cleos, anns, beas, maxs)
    for person in everyone:
        person.page.on("request", lambda request: addresses.append(request.url))
        person.page.set_default_timeout(20_000)
        person.sign_in()

    # Max sees nothing waiting.
    maxs.go("/work/operations/")
    expect(maxs.page.get_by_role("link", name=re.compile("Waiting"))).to_contain_text("0")
    maxs.look("operations")

    # Cleo uploads a scanned PDF of three pages and a TIFF.
    (tmp_path / CANARIES["file"]).write_bytes(
        scans.as_pdf(scan(CANARIES["name"], CANARIES["typed birth date"], CANARIES["account"], 3, 1))
    )
    (tmp_path / CANARIES["second file"]).write_bytes(
        scans.as_tiff(
            scan(CANARIES["second name"], CANARIES["typed second birth date"], CANARIES["second account"], 1, 9)
        )
    )
    page = cleos.go("/upload/")
    cleos.look("upload")
    page.get_by_label("Batch name").fill("November visits")
    page.locator("#id_files").set_input_files([tmp_path / CANARIES["file"], tmp_path / CANARIES["second file"]])
    send = page.get_by_role("button", name=re.compile("Send 2 charts"))
    expect(send).to_be_enabled(timeout=30_000)
    send.click()
    page.wait_for_url(re.compile(r"/batches/\d+/$"))
    batch = Batch.objects.get()
    expect(page.locator("main")).to_contain_text("2 of 2", timeout=40_000)
    assert sorted(Chart.objects.values_list("status", "page_count")) == [("ready", 1), ("ready", 3)]
    cleos.look("batch")
    cleos.go("/")
    cleos.look("practice-home")

    # Max sees two encounters waiting.
    maxs.go("/work/operations/")
    expect(maxs.page.get_by_role("link", name=re.compile("Waiting"))).to_contain_text("2")

    # Ann pre-codes and codes both.
    anns.go("/work/")
    anns.look("queue")
    anns.page.get_by_role("button", name=re.compile("Start next")).click()
    looked = set()
    for _ in range(4):
        bench = work_at_the_bench(anns, looked)
        looked.add(bench)
    anns.page.wait_for_url(re.compile(r"/work/$"))
    assert Encounter.objects.filter(status=EncounterStatus.TO_VERIFY).count() == 2

    # Bea verifies the first with one correction, the second as it is.
    beas.go("/work/")
    beas.page.get_by_role("button", name=re.compile("Start next")).click()
    beas.page.wait_for_url(re.compile(r"/verify/$"))
    expect(beas.page.locator("verify-table")).to_contain_text("Both versions agree")
    beas.look("verification")
    beas.page.keyboard.press("/")
    beas.page.keyboard.type("I10")
    expect(beas.page.get_by_role("option").first).to_contain_text("I10")
    beas.page.keyboard.press("Enter")
    beas.page.keyboard.press("Escape")
    expect(beas.page.locator("verify-table")).to_contain_text("Missed")
    beas.page.keyboard.press("v")  # the proposed reason holds
    beas.page.get_by_label("Comment to the coder").fill(CANARIES["verifier's comment"])
    expect(beas.page.locator("[data-save-state]")).to_have_text(re.compile("Saved"))
    corrected = beas.page.url
    beas.page.keyboard.press("Control+Enter")
    beas.page.wait_for_url(lambda url: url.endswith("/verify/") and url != corrected)  # the next one, at once
    expect(beas.page.locator("verify-table")).to_contain_text("Both versions agree")
    beas.page.keyboard.press("Control+Enter")
    beas.page.wait_for_url(re.compile(r"/work/$"))
    assert sorted(Verification.objects.values_list("verdict", flat=True)) == ["corrected", "verified"]
    assert list(Discrepancy.objects.values_list("kind", flat=True)) == ["missed"]

    # Cleo gets an e-mail that says nothing of a patient, and fetches the results.
    mail = site.inbox.wait_for(cleo.email, "ready", seconds=60)
    batch.refresh_from_db()
    assert batch.status == "delivered"
    link = re.search(rf"{re.escape(site.url)}(\S+)", mail.as_string().replace("=\n", "").replace("=3D", "=")).group(1)
    cleos.go(link)
    rows = results_of(cleos.page, tmp_path)
    assert {row["Patient"] for row in rows} == {CANARIES["name"], CANARIES["second name"]}
    assert Download.objects.count() == 2
    assert sorted(Delivery.objects.values_list("format", flat=True)) == ["csv", "manifest", "xlsx"]
    cleos.look("delivered-batch")

    # Cleo comments, Ann is told and answers.
    cleos.go(f"/threads/batch/{batch.pk}/")
    cleos.page.get_by_role("textbox", name="Message").fill(CANARIES["practice's comment"])
    cleos.page.locator("[data-action='form.send']").click()
    expect(cleos.page.locator(".thread")).to_contain_text(CANARIES["practice's comment"])
    cleos.look("thread")
    site.inbox.wait_for(ann.email, "new message", seconds=60)
    anns.go("/threads/")
    anns.look("threads")
    anns.go(f"/threads/batch/{batch.pk}/")
    expect(anns.page.locator(".thread")).to_contain_text(CANARIES["practice's comment"])
    anns.page.get_by_role("textbox", name="Message").fill(CANARIES["service's reply"])
    anns.page.locator("[data-action='form.send']").click()
    expect(anns.page.locator(".thread")).to_contain_text(CANARIES["service's reply"])
    assert Comment.objects.count() == 2

    # Max sees the counts moved.
    maxs.go("/work/operations/")
    expect(maxs.page.get_by_role("link", name=re.compile("Waiting"))).to_contain_text("0")
    expect(maxs.page.get_by_role("link", name=re.compile("Done today"))).not_to_contain_text(re.compile(r"\b0\b"))

    for person in everyone:
        person.leave()
    assert AuditEvent.objects.filter(action="page.viewed").exists()
    nowhere = {
        "the log": site.log.read_text(),
        "the mails": "\n".join(read_mail(mail) for mail in site.inbox.mails),
        "what reached Redis": "\n".join(listener.heard),
        "what Redis keeps": "\n".join(listener.kept()),
        "the addresses": "\n".join(addresses),
        "the audit trail": "\n".join(
            str(row) for row in AuditEvent.objects.values_list("detail", "action", "object_id")
        ),
    }
    assert len(listener.heard) > 20
    assert len(addresses) > 50
    found = {(place, what) for place, text in nowhere.items() for what in carried(text, CANARIES)}
    assert not found, "; ".join(sorted(f"{what} in {place}" for place, what in found))


def work_at_the_bench(anns, looked):
    """One bench by keyboard, from whichever stage the queue hands out; which stage it was."""
    page = anns.page
    page.wait_for_url(re.compile(r"/(precode|code)/$"))
    here = page.url
    if here.endswith("/precode/"):
        encounter = Encounter.objects.get(pk=int(re.search(r"/encounters/(\d+)/", here).group(1)))
        first = encounter.chart.original_name == CANARIES["file"]
        fill_precoding(
            page,
            CANARIES["name" if first else "second name"],
            "03291947" if first else "08171958",
            CANARIES["account" if first else "second account"],
            CANARIES["member" if first else "second member"],
        )
        if "precode" not in looked:
            anns.look("pre-coding")
    else:
        page.keyboard.press("/")
        for code in ("E119", "99213"):
            page.keyboard.type(code)
            expect(page.get_by_role("option").first).to_contain_text(code[:3])
            page.keyboard.press("Enter")
        page.keyboard.press("Escape")
        expect(page.locator("[data-row]:not(.ghost)")).to_have_count(2)
        page.get_by_label("Note to the verifier").fill(CANARIES["coder's note"])
        page.keyboard.press("Escape")
        expect(page.locator("#findings")).to_contain_text("2 to look at")  # nothing is marked as evidence
        expect(page.locator("[data-save-state]")).to_have_text(re.compile("Saved"))
        if "code" not in looked:
            anns.look("coding")
    if "/precode/" in here:
        page.keyboard.press("Control+Enter")
    else:
        submit_with_reason(page)
    page.wait_for_url(lambda url: url != here)
    return here.rstrip("/").rsplit("/", 1)[-1]


def fill_precoding(page, name, born, account, member):
    page.get_by_label("Patient name").fill(name)
    page.get_by_label("Birth date").fill(born)
    page.get_by_label("Sex").select_option("F")
    page.get_by_label("Account no.").fill(account)
    page.get_by_label("Date of service").fill("11182026")
    page.get_by_label("Visit type").select_option("established")
    page.get_by_label("Rendering provider").select_option(index=1)
    page.get_by_label("Location").select_option(index=1)
    page.get_by_label("Place of service").fill("11")
    page.get_by_label("Payer").select_option(index=1)
    page.get_by_label("Member ID").fill(member)
    page.get_by_label("Patient name").focus()
    finish = page.locator("[data-action='precode.finish']")
    for _ in range(30):  # what was read on the pages is compared with them, field by field
        page.keyboard.press("Enter")
        if finish.evaluate("(button) => button === document.activeElement"):
            break
    expect(finish).to_be_focused()
    expect(page.locator("[data-save-state]")).to_have_text(re.compile("Saved"))


def results_of(page, folder):
    """The rows of the CSV, after the workbook has been found to say the same."""
    files = {}
    for kind in ("CSV", "XLSX"):
        with page.expect_download() as download:
            page.get_by_role("link", name=re.compile(rf"\b{kind}\b")).first.click()
        files[kind] = folder / f"result.{kind.lower()}"
        download.value.save_as(files[kind])
    rows = list(csv.DictReader(io.StringIO(files["CSV"].read_bytes().decode("utf-8-sig"))))
    lines = openpyxl.load_workbook(files["XLSX"])["Lines"]
    header = [cell.value for cell in lines[1]]
    assert len(list(lines.iter_rows(min_row=2))) == len(rows) == 2
    assert "Procedure" in header
    assert {(row["Diagnosis 1"], row["Procedure"]) for row in rows} == {("E11.9", "99213")}
    assert sorted(row["Diagnosis 2"] for row in rows) == ["", "I10"]
    assert sorted(row["Verification"] for row in rows) == ["Verified", "Verified with corrections"]
    return rows
