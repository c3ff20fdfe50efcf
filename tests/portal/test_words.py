"""Words come to be: from layers at once, from images by reading them in turn, and nobody waits for others' piles."""

import io
import threading
import time
from datetime import timedelta

import psutil
import pytest
from django.utils import timezone
from PIL import Image

from portal import reading, storage
from portal.actions import words as actions
from portal.actions.jobs import claim_job, queue_job
from portal.actions.pages import render_chart
from portal.actions.words import claim_page, read_due_pages, renew_reading, ring_for_due_pages
from portal.models import AuditEvent, Page, PageWords
from portal.rules.intake import ChartStatus, media_type_of
from portal.rules.words import WordsSource, WordsState
from portal.signals import chart_words_read
from tests import factories, files, scans


def received(practice, content):
    """A chart as it is after receipt, with its bytes stored."""
    kept = storage.keep_bytes(content, practice_id=practice.pk, folder="charts")
    return factories.ChartFactory(
        batch=factories.BatchFactory(practice=practice), storage_name=kept.name, sha256=kept.sha256, size=kept.size,
        media_type=media_type_of(content[:1024]), status=ChartStatus.RECEIVED, ready_at=None, page_count=None,
    )  # fmt: skip


def drawn(practice, content):
    """The chart with its pages drawn by the real child."""
    chart, now = received(practice, content), timezone.now()
    job = queue_job(kind="portal.render_chart", object_id=chart.pk, practice=practice, at=now)
    render_chart(claim=claim_job(job_id=job.pk, at=now), at=now)
    chart.refresh_from_db()
    assert chart.status == ChartStatus.READY
    return chart


def words_of(chart):
    return list(PageWords.objects.filter(page__chart=chart).order_by("page__number"))


def read_all(at=None):
    return read_due_pages(at=at or timezone.now(), seconds=300)


# -- from the layer ----------------------------------------------------------------------------------------
def test_a_text_layer_gives_words_at_once_and_nothing_waits(river):
    chart = drawn(river, files.text_pdf("Assessment: gout\nPlan: colchicine"))
    [row] = words_of(chart)
    assert (row.state, row.source, row.confidence) == (WordsState.DONE, WordsSource.LAYER, 100)
    assert row.lines().text() == "Assessment: gout\nPlan: colchicine"
    assert row.line_starts == [0, 2]
    assert [name for name, _ in row.headings] == ["Assessment", "Plan"]
    assert claim_page(at=timezone.now()) is None


def test_words_of_a_layer_stand_where_the_page_shows_ink(river):
    chart = drawn(river, files.text_pdf("Assessment: gout\nPlan: colchicine"))
    page = Page.objects.get(chart=chart)
    with storage.opened(page.image_name) as source:
        image = Image.open(io.BytesIO(source.read())).convert("L")
    for word in words_of(chart)[0].lines().words:
        box = tuple(
            place * size // 10_000
            for place, size in zip((word.x0, word.y0, word.x1, word.y1), image.size * 2, strict=True)
        )
        part = image.crop(box).point(lambda level: 255 if level < 128 else 0)
        assert part.getbbox() is not None
        # tight: ink touches all four sides of the box within two pixels
        left, top, right, bottom = part.getbbox()
        assert max(left, top, part.width - right, part.height - bottom) <= 3, word.text


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_the_layer_of_a_turned_page_is_turned_with_it(river, turn):
    plain = files.text_pdf("Assessment: gout\nPlan: colchicine")
    content = plain.replace(b"/MediaBox[0 0 612 792]", b"/MediaBox[0 0 612 792]/Rotate %d" % turn)
    chart = drawn(river, content)
    page, [row] = Page.objects.get(chart=chart), words_of(chart)
    with storage.opened(page.image_name) as source:
        image = Image.open(io.BytesIO(source.read())).convert("L")
    [word] = [word for word in row.lines().words if word.text == "Assessment:"]
    box = (
        word.x0 * image.width // 10_000, word.y0 * image.height // 10_000,
        word.x1 * image.width // 10_000, word.y1 * image.height // 10_000,
    )  # fmt: skip
    assert image.crop(box).getextrema()[0] < 100


# -- from the image ------------------------------------------------------------------------------------------
def overlap(one, other):
    """Intersection over union of two boxes."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    if across <= 0 or down <= 0:
        return 0.0
    both = across * down
    return both / ((one[2] - one[0]) * (one[3] - one[1]) + (other[2] - other[0]) * (other[3] - other[1]) - both)


def right_words(found, truth, turn=0.0):
    """The share of the words written that were read at their place, and their mean overlap."""
    overlaps = []
    for written in truth:
        box = [place * 10_000 for place in scans.turned(written.box, turn)]
        same = [overlap(word[1:5], box) for word in found.words if word.text == written.text]
        if same and max(same) > 0.3:
            overlaps.append(max(same))
    return len(overlaps) / len(truth), sum(overlaps) / max(1, len(overlaps))


def as_scan(image):
    return files.encoded(image, "PNG")


@pytest.mark.parametrize("degrees", [0.0, 1.7, -2.5])
def test_a_scan_is_read_and_its_words_stand_at_their_places_on_the_image_shown(river, degrees):
    page, truth = scans.paper()
    chart = drawn(river, as_scan(scans.grainy(scans.reduced(scans.skewed(page, degrees), 200), 8, 0.5, 1)))
    assert [row.state for row in words_of(chart)] == [WordsState.WAITING]
    assert read_all() == 1
    [row] = words_of(chart)
    assert (row.state, row.source, row.engine) == (WordsState.DONE, WordsSource.OCR, reading.FIRST)
    assert row.skew / 100 == pytest.approx(degrees, abs=0.11)
    share, place = right_words(row.lines(), truth, degrees)
    assert share > 0.95
    assert place > 0.55
    assert row.confidence > 90
    shown = Page.objects.get(chart=chart)
    assert shown.text_source == Page.TextSource.OCR
    assert "Add empagliflozin 10 mg daily" in " ".join(shown.text.split())
    assert {"Chief complaint", "Exam", "Assessment and plan"} <= {name for name, _ in row.headings}


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_that_lies_on_its_side_is_shown_upright(river, turn):
    page, truth = scans.paper()
    small = scans.reduced(page, 150)
    lying = small.rotate(turn, expand=True)  # against the clock: it has to be turned back by as much
    chart = drawn(river, as_scan(lying))
    read_all()
    [row] = words_of(chart)
    assert row.turn == turn
    assert right_words(row.lines(), truth)[0] > 0.95
    shown = Page.objects.get(chart=chart)
    assert (shown.width, shown.height) == small.size
    with storage.opened(shown.image_name) as source:
        image = Image.open(io.BytesIO(source.read())).convert("L")
    assert image.size == small.size
    box = [int(place * size) for place, size in zip(truth[0].box, image.size * 2, strict=True)]
    assert image.crop(tuple(box)).getextrema()[0] < 120
    with storage.opened(shown.thumb_name) as source:
        thumb = Image.open(io.BytesIO(source.read()))
    assert thumb.height > thumb.width


def test_a_page_of_low_confidence_is_read_again_by_the_second_engine(river):
    page, truth = scans.paper("\n".join(scans.NOTE.splitlines()[:14]))
    chart = drawn(river, as_scan(scans.noisy(page, 100)))
    read_all()
    [row] = words_of(chart)
    assert row.engine == reading.SECOND
    assert right_words(row.lines(), truth, -2.5)[0] > 0.85
    assert row.confidence < 98


def test_without_the_second_engine_the_first_ones_words_stand(river, settings):
    settings.OCR_SECOND_ENGINE = False
    page, _ = scans.paper("\n".join(scans.NOTE.splitlines()[:14]))
    chart = drawn(river, as_scan(scans.noisy(page, 100)))
    read_all()
    [row] = words_of(chart)
    assert row.engine == reading.FIRST
    assert row.confidence < 90


@pytest.mark.parametrize("kind", ["white", "grain"])
def test_a_blank_page_is_marked_and_kept_and_costs_no_reading(river, kind):
    white = Image.new("L", (1275, 1650), 255)
    chart = drawn(river, as_scan(white if kind == "white" else scans.grainy(white, 8, 0.5, 4)))
    [row] = words_of(chart)
    assert row.state == WordsState.EMPTY
    assert Page.objects.get(chart=chart).is_blank
    assert read_all() == 0


def test_a_page_of_one_line_is_not_blank(river):
    page, _ = scans.paper("Wound clean.")
    chart = drawn(river, as_scan(scans.reduced(page, 150)))
    assert not Page.objects.get(chart=chart).is_blank
    read_all()
    assert words_of(chart)[0].lines().text() == "Wound clean."


def test_a_drawing_without_letters_ends_empty_and_is_not_blank(river):
    page = Image.new("L", (1275, 1650), 255)
    for step in range(6):
        page.paste(0, (200 + 140 * step, 300, 210 + 140 * step, 1300))
    chart = drawn(river, as_scan(page))
    read_all()
    [row] = words_of(chart)
    assert row.state in {WordsState.EMPTY, WordsState.DONE}
    assert len(row.words) < 5
    assert not Page.objects.get(chart=chart).is_blank


def test_a_picture_beside_a_few_words_of_layer_is_read_and_both_are_kept(river):
    """A scanner's letterhead as text over the picture of a page: the layer is right but not all."""
    page, truth = scans.paper()
    chart = drawn(river, scans.with_layer(scans.reduced(page, 150), truth[:3]))
    [row] = words_of(chart)
    assert (row.state, row.source, len(row.words)) == (WordsState.WAITING, WordsSource.LAYER, 3)
    read_all()
    [row] = words_of(chart)
    assert (row.state, row.source) == (WordsState.DONE, WordsSource.BOTH)
    assert right_words(row.lines(), truth)[0] > 0.95
    assert [word.text for word in row.lines().words].count("Medicine") == 1


def test_a_layer_of_rubbish_is_not_believed(river):
    page, _ = scans.paper()
    moved = [scans.Written("zzz", (0.1, 0.9 + n / 1000, 0.2, 0.91 + n / 1000)) for n in range(30)]
    chart = drawn(river, scans.with_layer(scans.reduced(page, 150), moved))
    [row] = words_of(chart)
    assert (row.state, row.source, row.words) == (WordsState.WAITING, WordsSource.NONE, [])
    assert Page.objects.get(chart=chart).text == ""
    read_all()
    assert words_of(chart)[0].source == WordsSource.OCR


# -- turn by turn ------------------------------------------------------------------------------------------
def pile(practice, number):
    """So many pages of one chart that wait to be read."""
    chart = factories.ChartFactory(batch=factories.BatchFactory(practice=practice))
    pages = Page.objects.bulk_create(
        Page(practice=practice, chart=chart, number=place, width=850, height=1100, image_name=f"pages/{place}")
        for place in range(1, number + 1)
    )
    PageWords.objects.bulk_create(PageWords(practice=practice, page=page, due_at=timezone.now()) for page in pages)
    return chart


def test_three_pages_do_not_wait_for_three_thousand_of_another_practice(river, lake):
    pile(river, 3000)
    for minutes in range(5):
        claim_page(at=timezone.now() + timedelta(minutes=minutes))  # river is being read already
    pile(lake, 3)
    taken = [claim_page(at=timezone.now() + timedelta(minutes=10, seconds=n)).practice_id for n in range(8)]
    assert taken.index(lake.pk) == 0
    assert sorted(place for place, practice in enumerate(taken) if practice == lake.pk)[-1] <= 5
    assert taken[6:] == [river.pk, river.pk]


def test_practices_are_served_in_turn(river, lake):
    pile(river, 9)
    pile(lake, 9)
    hill = factories.PracticeFactory()
    pile(hill, 9)
    taken = [claim_page(at=timezone.now() + timedelta(seconds=n)).practice_id for n in range(9)]
    assert {tuple(sorted(taken[start : start + 3])) for start in (0, 3, 6)} == {(river.pk, lake.pk, hill.pk)}


def test_a_page_in_hand_is_nobody_elses_until_the_lease_runs_out(river, settings):
    pile(river, 1)
    now = timezone.now()
    first = claim_page(at=now)
    assert claim_page(at=now + timedelta(seconds=1)) is None
    renew_reading(claim=first, at=now + timedelta(seconds=60))
    assert claim_page(at=now + timedelta(seconds=settings.JOB_LEASE_SECONDS + 30)) is None
    second = claim_page(at=now + timedelta(seconds=settings.JOB_LEASE_SECONDS + 61))
    assert second.attempt == 2
    with pytest.raises(actions.ReadingLost):
        renew_reading(claim=first, at=now)
    with pytest.raises(actions.ReadingLost):
        actions.finish_reading(claim=first, found=reading.Reading(actions.NOTHING, "x"), at=now)


def test_two_readers_at_once_take_two_pages(river):
    pile(river, 2)
    now = timezone.now()
    first, second = claim_page(at=now), claim_page(at=now)
    assert first.page_id != second.page_id


def test_an_image_that_is_gone_is_tried_three_times_and_given_up_visibly(river):
    told = []
    chart_words_read.connect(lambda **about: told.append(about["chart"]), weak=False, dispatch_uid="test")
    try:
        chart, now = pile(river, 1), timezone.now()
        for hours in range(3):
            assert ring_for_due_pages(at=now + timedelta(hours=hours))
            read_all(now + timedelta(hours=hours))
    finally:
        chart_words_read.disconnect(dispatch_uid="test")
    [row] = words_of(chart)
    assert (row.state, row.attempt, row.fault) == (WordsState.FAILED, 3, "FileNotFoundError")
    assert told == [chart]
    assert AuditEvent.objects.filter(action="page.words_failed", object_id=row.page_id).count() == 1
    assert not ring_for_due_pages(at=now + timedelta(days=1))


def test_a_page_that_kills_its_readers_is_given_up(river):
    chart, now = pile(river, 1), timezone.now()
    for hours in range(actions.STARTS):
        assert claim_page(at=now + timedelta(hours=hours))
    assert claim_page(at=now + timedelta(days=1)) is None
    [row] = words_of(chart)
    assert (row.state, row.fault) == (WordsState.FAILED, "ReaderKilled")


def test_an_engine_that_takes_too_long_is_ended_with_its_program(river, settings, tmp_path):
    settings.OCR_LIMITS = {"first": (768 * 1024**2, 0.2), "second": (4 * 1024**3, 0.2)}
    chart = drawn(river, as_scan(scans.noisy(scans.paper()[0], 100)))
    read_all()
    [row] = words_of(chart)
    assert (row.state, row.attempt) == (WordsState.WAITING, 1)
    assert row.fault.startswith("Unreadable")
    time.sleep(0.5)
    assert not [one for one in psutil.Process().children(recursive=True) if "tesseract" in one.name()]


def test_an_engine_killed_by_another_hand_is_tried_again(river):
    chart = drawn(river, as_scan(scans.reduced(scans.paper()[0], 150)))

    def kill():
        while not (found := [one for one in psutil.Process().children(recursive=True) if "tesseract" in one.name()]):
            time.sleep(0.01)
        found[0].kill()

    hand = threading.Thread(target=kill)
    hand.start()
    now = timezone.now()
    read_all(now)
    hand.join()
    assert words_of(chart)[0].state == WordsState.WAITING
    read_all(now + timedelta(minutes=5))
    assert words_of(chart)[0].state == WordsState.DONE


def test_the_signal_comes_once_when_the_last_page_is_read(river):
    told = []
    chart_words_read.connect(lambda **about: told.append(about["chart"]), weak=False, dispatch_uid="test")
    try:
        chart = drawn(river, files.fax_tiff(2))
        now = timezone.now()
        actions.read_claimed_page(claim=claim_page(at=now), at=now)
        assert not told
        actions.read_claimed_page(claim=claim_page(at=now), at=now)
        assert told == [chart]
    finally:
        chart_words_read.disconnect(dispatch_uid="test")
    event = AuditEvent.objects.get(action="chart.words_read")
    assert event.detail == {"done": 2, "turned": 0}


def test_a_reader_whose_time_is_over_leaves_the_rest_to_the_next(river):
    pile(river, 2)
    assert read_due_pages(at=timezone.now(), seconds=-1) == 0
    assert PageWords.objects.due(at=timezone.now()).count() == 2
