"""Every action of a bench is taken once and in order, whatever is repeated, delayed, lost or sent at once."""

import json
import random
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.draft_trail import ActionsMissing, AlreadyTaken, OtherBench, Sent
from coding.actions.drafts import DraftChanged, draft_of, drop_draft, give_up_actions, keep_late_draft, save_draft
from coding.actions.queue import release, take_back, take_next
from coding.models import Draft, DraftAction
from coding.rules.draft_actions import CONTAINED_LIMIT, Last, Step, grown_from, misses
from coding.rules.lifecycle import Stage
from portal import scope
from portal.models import AuditEvent
from tests import factories
from tests.coding.benches import body, form_for, lapse, to_code, visit
from tests.coding.lines import MINUTE, NOON, waiting
from tests.coding.test_queue_concurrency import together

SERIES, OTHER = uuid4(), uuid4()


# -- the rules, without a database -----------------------------------------------------------------
def test_an_action_may_only_leave_out_what_was_taken():
    assert not misses(Step(SERIES, place=1, since=1), None)
    assert misses(Step(SERIES, place=2, since=2), None)
    assert not misses(Step(SERIES, place=9, since=5), Last(place=4, version=7))
    assert misses(Step(SERIES, place=9, since=6), Last(place=4, version=7))


def test_a_body_grew_from_contained_actions_that_got_through_unheard():
    step = Step(SERIES, place=5, since=3)
    assert grown_from(step, None, 2) == 2
    assert grown_from(step, Last(place=2, version=2), 2) == 2
    assert grown_from(step, Last(place=4, version=4), 2) == 4
    assert grown_from(step, Last(place=4, version=4), 7) == 7  # somebody has seen version 7 since, and chose


@pytest.mark.parametrize(("place", "since"), [(0, 0), (1, 0), (1, 2), (CONTAINED_LIMIT + 1, 1)])
def test_a_place_that_cannot_be_is_no_step(place, since):
    assert not Step(SERIES, place=place, since=since).is_possible()


# -- the actions --------------------------------------------------------------------------------------
@pytest.fixture
def held(db, ann):
    waiting()
    return take_next(by=ann, at=NOON)


def sent(place, since=None, series=SERIES):
    return Sent(step=Step(series, place, since or place))


def save(held, by, version, place, since=None, series=SERIES, **what):
    return save_draft(
        assignment=held, by=by, version=version, body=what or {"name": f"{place}"}, at=NOON + MINUTE,
        sent=sent(place, since, series),
    )  # fmt: skip


def trail():
    return list(DraftAction.objects.order_by("pk").values_list("place", "taken", "version"))


def test_a_repeated_action_is_answered_with_what_it_did_and_does_nothing(held, ann):
    save(held, ann, 0, 1)
    save(held, ann, 1, 2)
    with pytest.raises(AlreadyTaken) as already:
        save(held, ann, 0, 1, name="late twin of the first")
    assert (already.value.action.version, already.value.action.taken) == (1, "saved")
    assert Draft.objects.get().body == {"name": "2"}
    assert trail() == [(1, "saved", 1), (2, "saved", 2)]


def test_the_newest_of_several_actions_brings_the_others(held, ann):
    assert save(held, ann, 0, 3, since=1).version == 1
    assert trail() == [(1, "contained", 1), (2, "contained", 1), (3, "saved", 1)]


def test_an_answer_that_was_lost_is_no_conflict(held, ann):
    save(held, ann, 0, 1)  # the bench never heard of version 1
    assert save(held, ann, 0, 3, since=1).version == 2
    assert trail() == [(1, "saved", 1), (2, "contained", 2), (3, "saved", 2)]


def test_a_lost_answer_and_another_window_are_a_conflict(held, ann):
    save(held, ann, 0, 1)
    save(held, ann, 1, 1, series=OTHER, name="another window")
    with pytest.raises(DraftChanged):
        save(held, ann, 0, 2, since=1)
    assert Draft.objects.get().body == {"name": "another window"}


def test_an_action_that_comes_before_its_elders_is_refused(held, ann):
    with pytest.raises(ActionsMissing) as missing:
        save(held, ann, 0, 2)
    assert missing.value.after == 0
    save(held, ann, 0, 1)
    with pytest.raises(ActionsMissing) as missing:
        save(held, ann, 1, 4, since=3)
    assert missing.value.after == 1
    assert trail() == [(1, "saved", 1)]


def test_a_series_belongs_to_one_bench(held, ann):
    save(held, ann, 0, 1)
    release(assignment=held, by=ann, at=NOON + MINUTE)
    waiting(at=NOON - timedelta(days=1))
    other = take_next(by=ann, at=NOON + MINUTE)
    assert other.encounter_id != held.encounter_id
    with pytest.raises(OtherBench):
        save(other, ann, 1, 2)
    assert trail() == [(1, "saved", 1)]


def test_versions_go_on_after_the_draft_is_gone(held, ann):
    """A very old action must not fit a later draft by accident."""
    save(held, ann, 0, 1)
    save(held, ann, 1, 2)
    drop_draft(encounter=held.encounter, stage=Stage.PRECODING, author=ann)
    assert save(held, ann, 0, 1, series=OTHER).version == 3
    with pytest.raises(DraftChanged):
        save(held, ann, 2, 3)


def test_what_is_kept_late_is_in_the_trail_and_is_repeated_as_that(held, ann, settings):
    late = NOON + timedelta(seconds=settings.LEASE_SECONDS)
    kept = {"encounter": held.encounter, "stage": Stage.PRECODING, "by": ann, "body": {}, "at": late, "version": 0}
    keep_late_draft(**kept, sent=sent(2, 1))
    assert trail() == [(1, "contained", 1), (2, "late", 1)]
    with pytest.raises(AlreadyTaken) as already:
        keep_late_draft(**kept, sent=sent(2, 1))
    assert already.value.action.taken == "late"


def test_what_is_given_up_is_in_the_trail_and_never_comes_again(held, ann):
    save(held, ann, 0, 1, series=OTHER)
    given = {"encounter": held.encounter, "stage": Stage.PRECODING, "by": ann, "at": NOON + MINUTE}
    assert give_up_actions(**given, sent=sent(2, 1)) == 1
    assert trail()[1:] == [(1, "given_up", 1), (2, "given_up", 1)]
    with pytest.raises(AlreadyTaken):
        save(held, ann, 1, 2, since=1)
    assert Draft.objects.get().version == 1


# -- any order of things ---------------------------------------------------------------------------------
class Window:
    """A bench in one window: numbers its actions, sends them, may lose answers, shows what it last heard."""

    def __init__(self, held, draft):
        self.held, self.version = held, draft.version if draft else 0
        self.shown = list(draft.body["marks"]) if draft else []
        self.series, self.place, self.heard = uuid4(), 0, 0
        self.requests = []  # what the network may deliver, or deliver again

    @property
    def waits(self):
        return self.place > self.heard

    def act(self, mark):
        self.place += 1
        self.shown.append(mark)

    def request(self):
        self.requests.append((self.version, Step(self.series, self.place, self.heard + 1), list(self.shown)))
        return self.requests[-1]

    def hear(self, step, version):
        self.heard, self.version = max(self.heard, step.place), version


class Story:
    """One person at one bench with several windows and a bad network; what happens is drawn by a seed."""

    def __init__(self, held, by, seed):
        self.held, self.by, self.chance = held, by, random.Random(seed)  # noqa: S311
        self.marks, self.windows, self.bodies = iter(range(1000)), [], [[]]
        self.open()

    def stored(self):
        return draft_of(encounter=self.held.encounter, stage=Stage.PRECODING, author=self.by)

    def open(self):
        self.window = Window(self.held, self.stored())
        self.windows.append(self.window)

    def deliver(self, version, step, shown):
        """The version that the server answers."""
        try:
            draft = save_draft(
                assignment=self.held, by=self.by, version=version, body={"marks": shown}, at=NOON, sent=Sent(step)
            )
        except AlreadyTaken as already:
            return already.action.version
        self.bodies.append(shown)
        return draft.version

    def act(self):
        self.window.act(next(self.marks))

    def send(self):
        if not self.window.waits:
            return
        version, step, shown = self.window.request()
        try:
            answer = self.deliver(version, step, shown)
        except DraftChanged:
            self.choose_the_other(step)
        else:
            if self.chance.random() < 0.7:  # else the answer is lost
                self.window.hear(step, answer)

    def choose_the_other(self, step):
        """Somebody looks: here the other window's work stays, and one goes on from there."""
        given = {"encounter": self.held.encounter, "stage": Stage.PRECODING, "by": self.by, "at": NOON}
        give_up_actions(**given, sent=Sent(step))
        self.open()

    def lose(self):
        """The request is lost on the way, or long in coming."""
        if self.window.waits:
            self.window.request()

    def twin(self):
        """The network delivers something old."""
        old = [request for window in self.windows for request in window.requests]
        if old:
            with suppress(DraftChanged):
                self.deliver(*self.chance.choice(old))

    def turn(self):
        """To another window that has nothing to send, an old or a new one."""
        others = [one for one in self.windows if not one.waits and one is not self.window]
        if self.window.waits:
            return
        if not others or self.chance.random() < 0.3:
            self.open()
        else:
            self.window = self.chance.choice(others)

    def happen(self, times):
        for _ in range(times):
            self.chance.choices([self.act, self.send, self.lose, self.twin, self.turn], [25, 40, 8, 10, 17])[0]()


@pytest.mark.parametrize("seed", range(25))
def test_in_any_order_of_things_every_action_is_taken_once(held, ann, seed):
    story = Story(held, ann, seed)
    story.happen(80)
    rows, stored = list(DraftAction.objects.order_by("pk")), story.stored()
    saved = [row for row in rows if row.taken == "saved"]
    assert [row.version for row in saved] == list(range(1, stored.version + 1))
    for window in story.windows:
        places = [row.place for row in rows if row.series == window.series]
        assert places == list(range(1, len(places) + 1))
        assert len(places) >= window.heard
    assert stored.body["marks"] == story.bodies[-1]
    for before, after in pairwise(story.bodies):  # nothing was overwritten, nothing came twice
        assert after[: len(before)] == before
        assert len(set(after)) == len(after)


@pytest.mark.django_db(transaction=True)
def test_one_action_sent_eight_times_at_once_is_taken_once(ann):
    with scope.service():
        waiting()
        held = take_next(by=ann, at=NOON)
    versions = []

    def send(_number):
        with scope.service():
            try:
                versions.append(save(held, ann, 0, 1, name="once").version)
            except AlreadyTaken as already:
                versions.append(already.action.version)

    together(range(8), send)
    with scope.service():
        assert versions == [1] * 8
        assert trail() == [(1, "saved", 1)]


# -- as the bench sends them --------------------------------------------------------------------------------
@pytest.fixture
def coding(db, river, ann):
    return to_code(river, ann)


def post(browser, held, text, place, since=None, series=SERIES, **more):
    address = reverse("coding:draft", args=[held.encounter_id])
    return browser.post(
        address, form_for(held, body=text, series=str(series), place=place, since=since or place, **more)
    )


def test_a_repeated_save_is_answered_as_the_first_time(coding, ann, as_user):
    browser = as_user(ann)
    first = post(browser, coding, body("E119"), 1).json()
    post(browser, coding, body("E119 I10"), 2, version=1)
    again = post(browser, coding, body("E119"), 1)
    assert again.status_code == 200
    assert again.json()["version"] == first["version"] == 1
    assert len(Draft.objects.get().body["diagnoses"]) == 2


def test_a_repeated_save_after_the_lease_was_lost_is_answered_as_the_first_time(coding, ann, as_user):
    browser = as_user(ann)
    post(browser, coding, body("E119"), 1)
    lapse(coding)
    assert post(browser, coding, body("E119"), 1).status_code == 200
    late = post(browser, coding, body("E119 I10"), 2, version=1)
    assert (late.status_code, late.json()["lost"]) == (409, True)
    again = post(browser, coding, body("E119 I10"), 2, version=1)
    assert (again.status_code, again.json()["lost"], again.json()["version"]) == (409, True, 2)
    assert trail() == [(1, "saved", 1), (2, "late", 2)]


def test_one_number_for_two_contents_is_refused(coding, ann, as_user):
    browser = as_user(ann)
    post(browser, coding, body("E119"), 1)
    answer = post(browser, coding, body("I10"), 1)
    assert answer.status_code == 422
    assert "same number" in answer.json()["message"]
    assert (answer.json()["repeated"], answer.json()["version"]) == (True, 1)
    assert Draft.objects.get().body["diagnoses"] == [{"code": "E119"}]


def test_what_is_missing_is_said(coding, ann, as_user):
    answer = post(as_user(ann), coding, body("E119"), 3)
    assert (answer.status_code, answer.json()) == (409, {"missing": True, "after": 0})
    assert not Draft.objects.exists()


def test_work_taken_back_goes_on_under_the_new_lease(coding, ann, as_user):
    lapse(coding)
    again = take_back(encounter=coding.encounter, stage=Stage.CODING, by=ann, at=timezone.now())
    answer = post(as_user(ann), coding, body("E119"), 1)
    assert (answer.status_code, answer.json()["assignment"]) == (200, again.pk)
    assert not Draft.objects.get().is_late


def test_a_conflict_says_when_the_other_window_saved(coding, ann, as_user):
    browser = as_user(ann)
    post(browser, coding, body("E119"), 1)
    answer = post(browser, coding, body("I10"), 1, series=OTHER)
    assert answer.status_code == 409
    said = answer.json()
    assert (said["changed"], said["lost"], said["version"]) == (True, False, 1)
    assert said["clock"]
    lapse(coding)
    assert post(browser, coding, body("I10"), 1, series=OTHER).json()["lost"]
    assert "E119" not in json.dumps(said)


@pytest.mark.parametrize("numbers", [{"series": "x"}, {"place": 0}, {"since": 9}, {"place": CONTAINED_LIMIT + 1}])
def test_a_number_that_cannot_be_is_refused(coding, ann, as_user, numbers):
    numbers = {"series": str(SERIES), "place": 1, "since": 1} | numbers
    address = reverse("coding:draft", args=[coding.encounter_id])
    answer = as_user(ann).post(address, form_for(coding, body=body("E119"), **numbers))
    assert answer.status_code == 422
    assert not Draft.objects.exists()


def test_a_series_of_another_chart_is_refused_and_noted(coding, river, ann, as_user):
    browser = as_user(ann)
    post(browser, coding, body("E119"), 1)
    other = factories.AssignmentFactory(
        encounter=visit(river, status="coding"), user=ann, stage="coding", lease_until=coding.lease_until
    )
    assert post(browser, other, body("E119 I10"), 2, version=1).status_code == 404
    assert DraftAction.objects.count() == 1
    assert AuditEvent.objects.get(action="access.refused").detail["reason"] == "other_encounter"


def test_a_heartbeat_says_which_version_is_stored(coding, ann, as_user):
    browser = as_user(ann)
    post(browser, coding, body("E119"), 1)
    beat = browser.post(reverse("coding:heartbeat", args=[coding.encounter_id]), form_for(coding))
    assert beat.json()["version"] == 1
