"""The same files by the web form, the API, SFTP and FHIR become the same pages, words and receipts.

Each door belongs to a practice of its own, so that no file is another door's duplicate. A name differs only where a
door cannot carry it (UNCARRIED); FHIR sends no receipt back, so its practice has those of the site alone.
"""

import csv
import html
import json
import re
import subprocess
import sys

import pytest
import requests
from django.urls import reverse
from django.utils import timezone

from portal import scope, storage
from portal.actions import fhir
from portal.actions.charts import receipt_of
from portal.models import Batch, Chart, Job, JobState, PageWords
from portal.rules.file_types import MEDIA_TYPES
from portal.rules.intake import ChartStatus
from portal.rules.specialties import Specialty
from portal.rules.steps import StepName, said
from portal.rules.words import WordsState
from tests import factories, files, processes
from tests.api.conftest import token_of
from tests.crash.clients import Browser
from tests.crash.site import harmed
from tests.mixed_batch import EMPTY, FEW, MANY, QUOTED, mixed_files
from tests.portal.fhir.standin import BEGIN, StandIn
from tests.sftp import Server, client_of

pytestmark = [pytest.mark.crash, pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]
EXAMPLE = processes.ROOT / "docs" / "examples" / "send_batch.py"
SECRET = "cl_live_four-doors-of-one-house-0123456789"
# Browsers write a quotation mark in a file's name as %22 (HTML, "multipart form data"), and nobody turns it back.
UNCARRIED = {"web": {QUOTED: QUOTED.replace('"', "%22")}}
SCANNED_PAGES = 7
OURS_ALONE = {"peak"}  # facts for the operator that no two runs share: bytes of memory
LABEL = re.compile(r"C-\d+")


# -- how each door is used -------------------------------------------------------------------------
def send_by_web(site, user, contents):
    """The upload page's form without its script: everything in one request."""
    answer = Browser(site.url, user).post(
        reverse("portal:upload"),
        {"name": "Monday", "specialty": Specialty.PRIMARY_CARE.value},
        files=[("files", (name, content)) for name, content in contents.items()],
    )
    assert answer.status_code == requests.codes.found, answer.text[:2000]


def send_by_api(site, contents):
    """Our example client; the lines that it writes, one a file."""
    place = site.folder / "for the API"
    place.mkdir()
    for name, content in contents.items():
        (place / name).write_bytes(content)
    command = [
        sys.executable,
        str(EXAMPLE),
        site.url,
        SECRET,
        "Monday",
        "primary_care",
        *map(str, named(place, contents)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return [line.removeprefix(f"{place}/") for line in done.stdout.splitlines() if line.startswith(str(place))]


def named(place, contents):
    return [place / name for name in contents]


def send_by_sftp(client, contents):
    """OpenSSH's sftp: a folder, file by file, and the folder renamed to say that it is all."""
    lines = ["mkdir /inbox/Monday"]
    for number, (name, content) in enumerate(contents.items()):
        path = client.folder / f"local-{number}"
        path.write_bytes(content)
        there = name.replace("\\", "\\\\").replace('"', '\\"')
        lines.append(f'put {path} "/inbox/Monday/{there}"')
    done = client.run(*lines, "rename /inbox/Monday /inbox/Monday.ready", seconds=300)
    assert done.returncode == 0, done.stderr + client.server.log()


def offer_by_fhir(standin, endpoint, contents):
    """Documents in the three forms of R4; the site is told to ask."""
    standin.public_key, standin.page = json.loads(endpoint.public_key), 20
    kinds = {ending: kind for kind, endings in MEDIA_TYPES.items() for ending in endings}
    for number, (name, content) in enumerate(contents.items()):
        kind = kinds["." + name.rpartition(".")[2].lower()]
        form = "raw" if name == EMPTY else ("raw", "json", "inline")[number % 3]  # an attachment without data is none
        standin.add(content, name, kind=kind, form=form)
    fhir.ask_now(endpoint=endpoint, by=endpoint.created_by, at=timezone.now())


# -- what became of it -----------------------------------------------------------------------------
def settled():
    """Whether nothing is left to draw or to read in all four batches."""
    with scope.service():
        return (
            Batch.objects.filter(status="received").count() == 4
            and not Chart.objects.filter(status=ChartStatus.RECEIVED).exists()
            and not Job.objects.filter(state__in=[JobState.READY, JobState.RUNNING]).exists()
            and not PageWords.objects.filter(state=WordsState.WAITING).exists()
        )


def charts_of(practice):
    """In the order of receipt, files of an archive behind it; under each label the name it stands for."""
    charts = list(Chart.objects.filter(practice=practice).select_related("duplicate_of__batch").order_by("pk"))
    return charts, {chart.label: f"[{chart.original_name}]" for chart in charts}


def what_became(practice):
    """By name: bytes, outcome, pages, words, steps and receipt of each chart."""
    charts, labels = charts_of(practice)
    found = {}
    for chart in charts:
        receipt, name = receipt_of(chart), chart.original_name
        assert name not in found
        found[name] = {
            "sha256": chart.sha256,
            "stored": files.sha256(b"".join(storage.blocks(chart.storage_name))),
            "size": chart.size,
            "media type": chart.media_type,
            "outcome": (chart.status, chart.reason, chart.page_count),
            "original": chart.duplicate_of and chart.duplicate_of.original_name,
            "archive": chart.archive and chart.archive.original_name,
            "receipt": (receipt.outcome, unlabelled(receipt.detail, labels)),
            "steps": [step_told(step, labels) for step in sorted(chart.steps.all(), key=in_turn)],
            "pages": [page_told(page) for page in chart.pages.select_related("words")],
        }
    return found


def in_turn(step):
    return list(StepName).index(step.name)


def step_told(step, labels):
    facts = {name: unlabelled(str(value), labels) for name, value in step.facts.items() if name not in OURS_ALONE}
    return step.name, step.result, step.reason, facts, unlabelled(said(StepName(step.name), step.facts), labels)


def page_told(page):
    """Pixels, size and text of a page; its words with their boxes, and who read them."""
    words = getattr(page, "words", None)
    read = words and (
        words.state, words.source, words.engine, words.confidence, words.words, words.line_starts, words.headings,
        words.turn, words.skew, words.fault,
    )  # fmt: skip
    drawn = files.sha256(b"".join(storage.blocks(page.image_name)))
    return page.number, page.width, page.height, page.pixels, drawn, page.text, page.text_source, page.barcodes, read


def unlabelled(text, labels):
    """Numbers of charts differ between practices."""
    return LABEL.sub(lambda match: labels.get(match[0], match[0]), text)


def receipt_page(site, user, practice):
    """File, bytes, SHA-256 and status of each line of the site's receipt."""
    _, labels = charts_of(practice)
    path = reverse("portal:batch-receipt", args=[Batch.objects.get(practice=practice).pk])
    page = unlabelled(Browser(site.url, user).get(path).text, labels)
    found = []
    for line in re.findall(r'<th scope="row".*?</tr>', page, re.DOTALL):
        cells = [
            " ".join(html.unescape(re.sub("<[^>]+>", " ", cell)).split())
            for cell in re.findall("<td.*?</td>", line, re.DOTALL)
        ]
        name, _received, *others = cells
        found.append((name, *others))
    return sorted(found)


def receipts_by_api(site, practice):
    batch = Batch.objects.get(practice=practice)
    address = f"{site.url}/api/v1/batches/{batch.pk}/receipts"
    answer = requests.get(address, headers={"Authorization": f"Bearer {SECRET}"}, timeout=20).json()
    return [
        (row["name"], row["size"], row["sha256"], row["status"], row["reason"], row["page_count"])
        for row in answer["results"]
    ]


def receipts_by_sftp(client, practice):
    _, labels = charts_of(practice)
    place = client.folder / "receipt.csv"
    label = Batch.objects.get(practice=practice).label
    assert client.run(f"get /outbox/{label}/receipt.csv {place}").returncode == 0
    return [
        (row["file"], int(row["size"]), row["sha256"], row["outcome"], unlabelled(row["detail"], labels))
        for row in csv.DictReader(place.read_text().splitlines())
    ]


def carried(found, door):
    """What a door gave, under the names that were sent."""
    back = {there: name for name, there in UNCARRIED.get(door, {}).items()}
    text = json.dumps(found)
    for there, name in back.items():
        text = text.replace(json.dumps(there)[1:-1], json.dumps(name)[1:-1])
    return json.loads(text)


def differences(one, other):
    """Of which files what differs."""
    alone = [f"{name}: by one door only" for name in sorted(one.keys() ^ other.keys())]
    return alone + [
        f"{name}: {what}: {one[name][what]!r:.300} and {other[name][what]!r:.300}"
        for name in one.keys() & other.keys()
        for what in one[name]
        if one[name][what] != other[name][what]
    ]


# -- the test --------------------------------------------------------------------------------------
@pytest.fixture
def standin(settings):
    settings.FHIR_PRIVATE_HOSTS = frozenset({"127.0.0.1"})
    server = StandIn()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def houses(river, cleo, lake, otto, ada):
    """A practice and one of its people for each door."""
    hill, sea = (factories.PracticeFactory(name=f"{name} Clinic", code=name.upper()) for name in ("Hill", "Sea"))
    people = {
        door: (practice, factories.UserFactory(roles=["practice"], practice=practice))
        for door, practice in (("sftp", hill), ("fhir", sea))
    }
    return {"web": (river, cleo), "api": (lake, otto), **people}


@pytest.mark.parametrize("total", [FEW, pytest.param(MANY, marks=pytest.mark.every_fault)])
def test_files_become_the_same_by_each_door(houses, standin, ann, ada, tmp_path, total):
    contents = mixed_files(total)
    (river, cleo), (lake, otto), (hill, hanna), (sea, _) = houses.values()
    token_of(lake, otto, SECRET)
    with harmed(tmp_path, practice=river, sender=cleo, coder=ann, FHIR_PRIVATE_HOSTS="127.0.0.1") as site:
        site.start_reader()
        server = Server(tmp_path)
        server.start()
        site.running["sftp"] = server.running
        client = client_of(server, hill, hanna, tmp_path)
        endpoint = fhir.create_endpoint(
            practice=sea, base_url=f"{standin.base}/fhir", token_url=f"{standin.base}/token",
            client_id="chartline-client", specialty=Specialty.PRIMARY_CARE, since=BEGIN, by=ada, at=timezone.now(),
        )  # fmt: skip
        offer_by_fhir(standin, endpoint, contents)
        send_by_web(site, cleo, contents)
        printed = send_by_api(site, contents)
        send_by_sftp(client, contents)
        assert processes.wait_until(settled, seconds=500), site.left() | {"log": site.logs()}
        site.check()
        became = {door: carried(what_became(practice), door) for door, (practice, _) in houses.items()}
        pages = {door: carried(receipt_page(site, user, practice), door) for door, (practice, user) in houses.items()}
        by_api, by_sftp = receipts_by_api(site, lake), receipts_by_sftp(client, hill)
    as_sent = {name: files.sha256(content) for name, content in contents.items()}
    for door, found in became.items():
        assert {name: one["sha256"] for name, one in found.items() if not one["archive"]} == as_sent, door
        assert all(one["stored"] == one["sha256"] for one in found.values()), door
        assert differences(became["web"], found) == [], door
        assert pages[door] == pages["web"], door
    assert_mixed(became["web"])
    assert len(pages["web"]) == len(became["web"]) == total + 3
    assert sorted(by_api) == sorted(
        (name, one["size"], one["sha256"], *one["outcome"]) for name, one in became["web"].items()
    )
    assert sorted(by_sftp) == sorted(
        (f"{one['archive']}/{name}" if one["archive"] else name, one["size"], one["sha256"], *one["receipt"])
        for name, one in became["web"].items()
    )
    assert len(printed) == total


def assert_mixed(became):
    """The batch was what it says: every type, seven pages read from their image, and all that is not work."""
    assert {one["media type"] for one in became.values()} == {*MEDIA_TYPES, ""}
    statuses = {one["outcome"][0] for one in became.values()}
    assert statuses == {"ready", "duplicate", "unreadable", "locked", "unpacked"}
    reasons = {one["outcome"][1] for one in became.values() if one["outcome"][0] == "unreadable"}
    assert reasons == {"truncated", "name_differs", "empty", "unknown_type"}
    readings = [page[-1] for one in became.values() for page in one["pages"]]
    assert {reading[0] for reading in readings} == {"done"}
    assert sum(reading[1] == "ocr" for reading in readings) == SCANNED_PAGES
    assert all(len(word) > 1 for reading in readings for word in reading[4]), "words come with their boxes"
