"""The arranging page: for whoever pre-codes one of the visits, without scripts too, never over somebody's head."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from coding.actions.arranging import arrangement_of
from coding.actions.queue import take_next
from coding.forms.arranging import plan_in, plan_text
from coding.models import Encounter
from coding.rules.arranging import Arrangement, Slot, Visit, fingerprint
from coding.rules.lifecycle import Stage
from portal import storage
from portal.models import AuditEvent, Page
from tests import factories
from tests.coding.benches import drawn, form_for, lapse, to_code, to_precode, visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(river, ann):
    return to_precode(river, ann, count=4)


def url_of(held, name="arrange", *more):
    return reverse(f"coding:{name}", args=[held.encounter_id, *more])


def version_of(held):
    return fingerprint(arrangement_of(held.encounter.chart))


def sent(held, plan, **more):
    return form_for(held, **{"plan": plan, "grown_from": version_of(held), **more})


def words():
    return [row.page_words for row in Encounter.objects.order_by("part")]


def test_every_page_is_there_to_look_at_and_the_pages_as_text(held, ann, as_user):
    text = as_user(ann).get(url_of(held)).content.decode()
    for number in (1, 2, 3, 4):
        assert url_of(held, "arrange-image", number) in text
    assert f"{held.encounter.label}: 1-4" in text


def test_lines_make_visits_order_and_turns(held, ann, as_user):
    plan = f"{held.encounter.label}: 2, 1@90\nnew: 4\nout: 3"
    browser = as_user(ann)
    answer = browser.post(url_of(held), sent(held, plan))
    assert answer.url == url_of(held, "precode")
    assert words() == ["2, 1", "4"]
    page = browser.get(answer.url).content.decode()
    assert "The chart is 2 visits. You go on with yours. 1 page is left out." in page
    assert 'data-turn="90"' in page


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ("", "Write the pages of each visit."),
        ("pages one to three", "Line 1: write “E-00012: 1-3”"),
        ("new: 1-\n", "Line 1: write pages such as 1-3, 7 or 5@90."),
        ("OWN: 1-4@45", "Line 1: write pages such as"),
        ("OWN: 4-1", "Line 1: write pages such as"),
        ("OWN: 1-3", "Page 4 belongs to no visit."),
        ("OWN: 1-9", "there is no page 5."),
        ("new: 1-4", "The visit that you have open needs at least one page."),
        ("OWN: 1-3\nE-99999: 4", "One of the visits is not of this chart."),
        ("OWN: 1-99999", "Line 1: write pages such as"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_written_stays(held, ann, as_user, plan, said):
    plan = plan.replace("OWN", held.encounter.label)
    page = as_user(ann).post(url_of(held), sent(held, plan))
    text = page.content.decode()
    assert page.status_code == 422
    assert said in text
    assert words() == ["1–4"]
    assert plan.split("\n", maxsplit=1)[0] in text


def test_an_old_page_is_told_who_was_faster_and_keeps_what_was_made(held, ann, as_user):
    old = version_of(held)
    browser = as_user(ann)
    browser.post(url_of(held), sent(held, f"{held.encounter.label}: 1-2\nnew: 3-4"))
    mine = f"{held.encounter.label}: 1\nnew: 2-4"
    page = browser.post(url_of(held), sent(held, mine, grown_from=old))
    text = page.content.decode()
    assert page.status_code == 409
    assert f"{ann.name} arranged this chart at" in text
    assert words() == ["1–2", "3–4"]
    assert f'name="grown_from" value="{version_of(held)}"' in text
    assert f"{held.encounter.label}: 1\nnew: 2-4" in text


def test_sent_again_it_takes_the_place_of_theirs(held, ann, as_user):
    browser = as_user(ann)
    browser.post(url_of(held), sent(held, f"{held.encounter.label}: 1-2\nnew: 3-4"))
    browser.post(url_of(held), sent(held, f"{held.encounter.label}: 1\nnew: 2-4"))
    assert words() == ["1", "", "2–4"]


def test_proposed_cuts_are_filled_in_when_asked_for(held, ann, as_user):
    Page.objects.filter(number=3).update(text="Patient: Doe, Jane")
    Page.objects.filter(number=1).update(text="Patient: Roe, Richard")
    browser = as_user(ann)
    text = browser.get(url_of(held)).content.decode()
    assert "1 cut proposed" in text
    assert "Page 3: another patient: “Patient” changes" in text
    assert f"{held.encounter.label}: 1-4" in text
    text = browser.get(url_of(held) + "?proposed=1").content.decode()
    assert f"{held.encounter.label}: 1-2\nnew: 3-4" in text
    assert words() == ["1–4"], "nothing is cut by looking"


def test_an_empty_page_could_be_left_out_and_is_not(held, ann, as_user):
    Page.objects.filter(number=2).update(text="", ink=0)
    text = as_user(ann).get(url_of(held)).content.decode()
    assert "1 empty page or separator sheet could be left out." in text
    assert f"{held.encounter.label}: 1-4" in text


def test_the_small_image_is_shown_where_there_is_one(held, river, ann, as_user):
    thumb = storage.keep_bytes(drawn(["small"], size=(85, 110)), practice_id=river.pk, folder="pages", ending=".png")
    Page.objects.filter(number=2).update(thumb_name=thumb.name)
    shown = [b"".join(as_user(ann).get(url_of(held, "arrange-image", number))) for number in (1, 2)]
    assert shown[1] == drawn(["small"], size=(85, 110)) != shown[0]


@pytest.mark.parametrize("name", ["bea", "cleo", "otto", "max_", "ada", "bill"])
def test_the_page_does_not_exist_for_others(request, held, name, as_user):
    browser = as_user(request.getfixturevalue(name))
    for url in (url_of(held), url_of(held, "arrange-image", 1)):
        assert browser.get(url).status_code == 404
    assert browser.post(url_of(held), sent(held, f"{held.encounter.label}: 1\nnew: 2-4")).status_code == 404
    assert words() == ["1–4"]


def test_the_pages_of_sibling_visits_are_seen_only_while_one_arranges(held, ann, as_user):
    browser = as_user(ann)
    browser.post(url_of(held), sent(held, f"{held.encounter.label}: 1\nnew: 2-4"))
    assert browser.get(url_of(held, "page-image", 3)).status_code == 404
    assert browser.get(url_of(held, "arrange-image", 3)).status_code == 200
    assert AuditEvent.objects.filter(action="page.viewed", actor=ann, detail__page=3).exists()
    lapse(held)
    assert browser.get(url_of(held, "arrange-image", 3)).status_code == 404
    assert browser.get(url_of(held)).url == url_of(held, "precode")


def test_a_lapsed_lease_writes_nothing(held, ann, as_user):
    lapse(held)
    answer = as_user(ann).post(url_of(held), sent(held, f"{held.encounter.label}: 1\nnew: 2-4"))
    assert answer.url == url_of(held, "precode")
    assert words() == ["1–4"]


def test_a_coder_does_not_arrange(river, ann, as_user):
    coding = to_code(river, ann)
    kim = factories.UserFactory(roles=["coder"])
    assert as_user(kim).get(url_of(coding)).status_code == 404
    assert as_user(ann).get(url_of(coding)).url == url_of(coding, "precode")


def test_somebody_at_the_bench_is_told_of_pages_that_came(held, ann, as_user):
    browser = as_user(ann)
    browser.post(url_of(held), sent(held, f"{held.encounter.label}: 1-3\nnew: 4"))
    kim = factories.UserFactory(roles=["coder"], name="Kim Larsen")
    other = take_next(by=kim, at=timezone.now(), stages=[Stage.PRECODING])
    text = as_user(kim).get(url_of(other, "precode")).content.decode()
    seen = text.split('seen="')[1].split('"')[0]
    plan = f"{held.encounter.label}: 1-2\n{other.encounter.label}: 4, 3"
    browser.post(url_of(held), sent(held, plan))
    beat = {**form_for(other), "seen": seen}
    news = as_user(kim).post(url_of(other, "heartbeat"), beat).json()["news"]
    assert [row["text"] for row in news] == ["Ann Archer changed the pages of this visit. Page 3 added."]
    assert as_user(kim).post(url_of(other, "heartbeat"), {**beat, "seen": news[-1]["id"]}).json()["news"] == []
    assert as_user(ann).post(url_of(held, "heartbeat"), {**form_for(held), "seen": "0"}).json()["news"] == []


def test_the_text_reads_back():
    at = Arrangement(
        (Visit((Slot(3), Slot(1, 90), Slot(2, 90), Slot(7)), 12, "E-00012"), Visit((Slot(4),))), (5, 6)
    )  # fmt: skip
    assert plan_text(at) == "E-00012: 3, 1-2@90, 7\nnew: 4\nout: 5-6"
    assert [row.slots for row in plan_in(plan_text(at)).visits] == [row.slots for row in at.visits]


def test_more_pages_than_any_chart_has_are_not_written_down():
    """Within the length of the text there is room for the names of 28 million pages."""
    assert len(plan_in("new: 1-5000\nout: 1-5000").left_out) == 5000
    with pytest.raises(ValidationError, match="Line 2: up to here 10,000 pages"):
        plan_in("new: 1-5000\nnew: " + "1-5000," * 5000)


def test_a_long_chart_is_one_page_of_lazy_images(river, ann, as_user):
    encounter = visit(river, count=1)
    rows = [
        Page(practice=river, chart=encounter.chart, number=n, width=850, height=1100, image_name=f"pages/{n}")
        for n in range(2, 501)
    ]
    Page.objects.bulk_create(rows)
    type(encounter.chart).objects.update(page_count=500)
    held = take_next(by=ann, at=timezone.now(), stages=[Stage.PRECODING])
    held.encounter.placed.all().delete()
    held.encounter.placed.model.objects.bulk_create(
        held.encounter.placed.model(
            practice=river, encounter=held.encounter, page=page, chart=encounter.chart, position=page.number
        )
        for page in Page.objects.all()
    )
    answer = as_user(ann).get(url_of(held))
    assert answer.content.decode().count('loading="lazy"') == 500
    assert len(answer.content) < 400_000
