"""Two windows, or a late window and what is stored, are compared line by line; what somebody chooses is kept, once."""

import json
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.queue import give
from coding.models import Assignment, Coding, Draft, DraftAction
from portal.models import AuditEvent
from portal.rules.roles import Role
from tests import factories
from tests.coding.benches import body, form_for, lapse, to_code, to_precode, to_verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(river, ann):
    return to_code(river, ann)


class Window:
    """A window of a bench that sends what it is told to."""

    def __init__(self, browser, held):
        self.browser, self.held, self.series, self.place = browser, held, str(uuid4()), 0

    def post(self, name, text, *, since=None, **more):
        address = reverse(f"coding:{name}", args=[self.held.encounter_id])
        number = {"series": self.series, "place": self.place, "since": since or self.place}
        return self.browser.post(address, form_for(self.held, body=text, **number, **more))

    def save(self, text, **more):
        self.place += 1
        return self.post("draft", text, **more)

    def compare(self, text):
        return self.post("draft-compare", text, at=1_800_000_000_000)

    def resolve(self, text, *, version, **choices):
        return self.post("draft-resolve", text, version=version, **choices)


@pytest.fixture
def two(held, ann, as_user):
    """Two windows; the first has saved, the second is refused."""
    first, second = Window(as_user(ann), held), Window(as_user(ann), held)
    first.save(body("E119 I10", ("99213", [1, 2])))
    assert second.save(body("I10 M1711", comment="Seen")).status_code == 409
    return first, second


def codes():
    return [line["code"] for line in Draft.objects.get().body["diagnoses"]]


MINE = body("I10 M1711", comment="Seen")


def test_each_differing_line_is_shown_with_both_sides(two):
    page = two[1].compare(MINE)
    rows = {row["key"]: (row["mine"], row["theirs"], row["chosen"]) for row in page.context["rows"]}
    assert set(rows) == {"diagnosis:E119:1", "diagnosis:M1711:1", "procedure:99213:1", "comment"}
    assert rows["diagnosis:E119:1"][1].startswith("E11.9 ")
    assert rows["diagnosis:E119:1"][2] == rows["procedure:99213:1"][2] == "theirs"  # what only one has is kept
    assert rows["diagnosis:M1711:1"][1:] == ("not in this one", "mine")
    assert rows["procedure:99213:1"][1] == "99213 × 1 for E11.9, I10"
    assert "You saved the other version at" in page.content.decode()


def test_keeping_what_only_one_has_loses_nothing(two):
    page = two[1].compare(MINE)
    choices = {f"line-{row['key']}": row["chosen"] for row in page.context["rows"]}
    answer = two[1].resolve(MINE, version=1, choice="chosen", **choices)
    assert answer.json()["version"] == 2
    draft = Draft.objects.get().body
    assert codes() == ["E119", "I10", "M1711"]
    assert (draft["comment"], draft["procedures"][0]["pointers"]) == ("Seen", [1, 2])


def test_keeping_mine_writes_over_what_was_seen(two):
    assert two[1].resolve(MINE, version=1, choice="mine").json()["version"] == 2
    assert codes() == ["I10", "M1711"]


def test_taking_theirs_changes_nothing_and_is_in_the_trail(two):
    answer = two[1].resolve(MINE, version=1, choice="theirs")
    assert (answer.json()["version"], answer.json()["given_up"]) == (1, True)
    assert codes() == ["E119", "I10"]
    assert DraftAction.objects.get(series=two[1].series).taken == "given_up"
    assert AuditEvent.objects.get(action="draft.given_up").actor == Draft.objects.get().author
    assert "E119" not in json.dumps(AuditEvent.objects.get(action="draft.given_up").detail)


def test_a_choice_over_something_newer_than_was_seen_is_refused(two):
    two[0].save(body("E119"), version=1)
    answer = two[1].resolve(MINE, version=1, choice="mine")
    assert (answer.status_code, answer.json()["changed"], answer.json()["version"]) == (409, True, 2)
    assert codes() == ["E119"]


def test_a_choice_that_is_sent_twice_is_made_once(two):
    first = two[1].resolve(MINE, version=1, choice="mine").json()
    again = two[1].resolve(MINE, version=1, choice="mine")
    assert again.status_code == 409  # the stored version moved on: by this very choice
    assert two[1].post("draft", MINE).json()["version"] == first["version"] == 2
    assert DraftAction.objects.filter(series=two[1].series).count() == 1


def test_a_choice_settles_what_had_got_through_unheard_before_another_window_came(held, ann, as_user):
    first, second = Window(as_user(ann), held), Window(as_user(ann), held)
    first.save(body("E119"))  # its answer was lost
    second.save(body("I10"), version=1)
    assert first.save(body("E119 M1711"), since=1).status_code == 409
    answer = first.post("draft-resolve", body("E119 M1711"), since=1, version=2, choice="mine")
    assert answer.json()["version"] == 3
    assert codes() == ["E119", "M1711"]


def test_fields_of_precoding_are_compared_by_their_labels(river, ann, as_user):
    held = to_precode(river, ann)
    first, second = Window(as_user(ann), held), Window(as_user(ann), held)
    first.save(json.dumps({"patient_name": "Person, One", "sex": "F"}))
    mine = json.dumps({"patient_name": "Person, Two", "sex": "F", "account_number": "A-7"})
    second.save(mine)
    page = second.compare(mine)
    assert [(row["label"], row["mine"], row["theirs"]) for row in page.context["rows"]] == [
        ("Patient name", "Person, Two", "Person, One"),
        ("Account no.", "A-7", "not in this one"),
    ]
    second.resolve(mine, version=1, choice="chosen", **{"line-patient_name": "theirs", "line-account_number": "mine"})
    draft = Draft.objects.get().body
    assert (draft["patient_name"], draft["account_number"]) == ("Person, One", "A-7")


def test_verifiers_compare_too(river, ann, bea, as_user):
    held = to_verify(river, ann, bea)
    first, second = Window(as_user(bea), held), Window(as_user(bea), held)
    first.save(body("E119"))
    second.save(body("I10"))
    assert second.compare(body("I10")).status_code == 200
    assert second.resolve(body("I10"), version=1, choice="mine").json()["version"] == 2


def test_a_late_window_learns_who_has_the_chart_and_keeps_its_choice_as_a_late_draft(two, held, max_):
    kim = factories.UserFactory(roles=[Role.CODER])
    lapse(held)
    give(encounter=held.encounter, to=kim, by=max_, at=timezone.now())
    page = two[1].compare(MINE)
    assert f"{kim.name} has this chart now" in page.content.decode()
    answer = two[1].resolve(MINE, version=1, choice="mine")
    assert (answer.status_code, answer.json()["lost"]) == (409, True)
    assert Draft.objects.get().is_late
    assert Assignment.objects.open().get().user == kim


def test_work_that_was_handed_in_is_compared_with_what_comes_late(held, ann, as_user):
    first, second = Window(as_user(ann), held), Window(as_user(ann), held)
    first.save(body("E119", ("99213", [1])))
    first.browser.post(
        reverse("coding:code", args=[held.encounter_id]),
        form_for(held, version=1, body=body("E119", ("99213", [1])), action="submit"),
    )
    assert Coding.objects.exists()
    mine = body("E119 I10", ("99213", [1]))
    answer = second.save(mine, version=1)
    assert (answer.status_code, answer.json()["handed_in"], answer.json()["lost"]) == (409, True, True)
    page = second.compare(mine)
    assert "You handed this chart in" in page.content.decode()
    assert [row["key"] for row in page.context["rows"]] == ["diagnosis:I10:1"]
    second.resolve(mine, version=0, choice="theirs")
    assert not Draft.objects.exists()
    assert second.save(mine, version=1).status_code == 409
    assert second.resolve(mine, version=0, choice="mine").json()["lost"]
    assert Draft.objects.get().is_late
    assert Coding.objects.count() == 1


def test_a_choice_of_too_many_diagnoses_is_refused_and_loses_nothing(held, ann, as_user):
    first, second = Window(as_user(ann), held), Window(as_user(ann), held)
    many = [f"A{number:02}" for number in range(24)]
    first.save(body(" ".join(many[:12])))
    mine = body(" ".join(many[12:]))
    second.save(mine)
    choices = {f"line-diagnosis:{code}:1": "theirs" for code in many[:12]}
    answer = second.resolve(mine, version=1, choice="chosen", **choices)
    assert answer.status_code == 422
    assert "at most 12" in answer.json()["message"]
    assert codes() == many[:12]


@pytest.mark.parametrize("name", ["bea", "cleo", "otto", "max_"])
def test_nobody_else_compares_or_chooses(request, two, held, name, as_user):
    browser = as_user(request.getfixturevalue(name))
    for address in ("draft-compare", "draft-resolve"):
        posted = form_for(held, body=MINE, series=str(uuid4()), place=1, since=1, choice="mine")
        assert browser.post(reverse(f"coding:{address}", args=[held.encounter_id]), posted).status_code == 404


def test_what_only_the_stored_version_has_is_kept_by_default_whatever_it_is(river, ann, as_user):
    """Fields that were compared with the chart are work too."""
    held = to_precode(river, ann)
    first, second = Window(as_user(ann), held), Window(as_user(ann), held)
    mine = json.dumps({"patient_name": "Person, T", "account_number": "7"})
    first.save(json.dumps({"patient_name": "Person, T", "confirmed": "patient_name"}))
    assert second.save(mine).status_code == 409
    rows = {row["key"]: row["chosen"] for row in second.compare(mine).context["rows"]}
    assert rows == {"account_number": "mine", "confirmed": "theirs"}
