"""Benches for tests: charts with real page images, and the line brought to each bench now."""

import io
import json
from datetime import timedelta

from django.utils import timezone
from PIL import Image, ImageDraw

from coding.actions.leases import begin_assignment
from coding.actions.queue import take_next
from coding.actions.verification import differences, judged_version
from coding.forms.coding import clean_body, coded_from
from coding.models import Assignment
from coding.rules.codings import CodedEncounter
from coding.rules.discrepancies import keys_of
from coding.rules.lifecycle import Stage
from coding.rules.reasons import proposed
from portal import storage
from portal.models import Chart
from tests import factories
from tests.coding.lines import VISIT_DAY, load_codes, precoded, submitted, waiting


def drawn(lines, size=(850, 1100)):
    """A PNG page with a few lines of text on it."""
    page = Image.new("L", size, "white")
    pen = ImageDraw.Draw(page)
    for number, text in enumerate(lines):
        pen.text((80, 90 + number * 34), text, fill="black")
    out = io.BytesIO()
    page.save(out, "PNG")
    return out.getvalue()


def chart_of_pages(count, words=(), **fields):
    """A ready chart whose pages have words (those given, in order), but no images that exist."""
    chart = factories.ChartFactory(page_count=count, **fields)
    for number in range(1, count + 1):
        text = words[number - 1] if number <= len(words) else ""
        factories.PageFactory(chart=chart, number=number, text=text, text_source="layer" if text else "none")
    return chart


def chart_with_pages(practice, count=3):
    """A ready chart whose pages can be looked at."""
    chart = factories.ChartFactory(batch=factories.BatchFactory(practice=practice), page_count=count)
    for number in range(1, count + 1):
        image = drawn([f"Page {number}", "Type 2 diabetes without complications.", "Essential hypertension."])
        factories.PageFactory(
            chart=chart, number=number, text=f"Words of page {number}", text_source="layer",
            image_name=storage.keep_bytes(image, practice_id=practice.pk, folder="pages", ending=".png").name,
        )  # fmt: skip
    return chart


def visit(practice, count=3, **fields):
    """An encounter over all pages of such a chart, waiting for pre-coding."""
    chart: Chart = chart_with_pages(practice, count)
    return waiting(at=timezone.now(), chart=chart, **fields)


def to_precode(practice, by, count=3, **fields) -> Assignment:
    """Somebody's pre-coding bench."""
    visit(practice, count, **fields)
    return take_next(by=by, at=timezone.now(), stages=[Stage.PRECODING])


def to_code(practice, by, count=3) -> Assignment:
    """Somebody's coding bench."""
    load_codes()
    precoded(visit(practice, count), by, at=timezone.now())
    return take_next(by=by, at=timezone.now(), stages=[Stage.CODING])


def to_verify(practice, coder, by, version=None) -> Assignment:
    """Somebody's verification bench, over what `coder` coded."""
    load_codes()
    submitted(visit(practice), coder, at=timezone.now(), version=version)
    return take_next(by=by, at=timezone.now(), stages=[Stage.VERIFICATION])


def form_for(held, **more):
    """The hidden fields of every bench form, why what is to be checked stays, and what the test adds."""
    hidden = {"encounter": held.encounter_id, "assignment": held.pk, "version": 0}
    return {**hidden, "check_reason": "documented", **more}


def body(diagnoses="", *procedures, comment=""):
    """The code list's JSON: body("E119 I10", ("99213", [1]))."""
    return json.dumps({
        "diagnoses": [{"code": code} for code in diagnoses.split()],
        "procedures": [
            {"code": code, "modifiers": [], "units": 1, "pointers": pointers} for code, pointers in procedures
        ],
        "comment": comment,
    })  # fmt: skip


def with_words(held, sent):
    """A body as `body` makes it, with the verifier's word on each difference: what is proposed for it."""
    raw = json.loads(sent)
    mine = coded_from(clean_body(raw), CodedEncounter(date_of_service=VISIT_DAY))
    words = {
        key: {"reason": proposed(one).reason, "severity": proposed(one).severity}
        for one in differences(judged_version(held.encounter), mine)
        for key in keys_of([one])
    }
    return json.dumps({**raw, "judged": words})


def lapse(assignment):
    """The lease runs out."""
    Assignment.objects.filter(pk=assignment.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def many_to_code(practice, by, number, count=1):
    """So many coding benches of one person, all open at once."""
    load_codes()
    held = []
    for _ in range(number):
        now = timezone.now()
        one = precoded(visit(practice, count), by, at=now)
        held.append(begin_assignment(
            encounter=one, stage=Stage.CODING, user=by, how=Assignment.How.PULLED, by=by, at=now,
        ))  # fmt: skip
    return held
