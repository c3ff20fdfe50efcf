"""Two people at one encounter after a lost lease: neither writes into the other's work, nothing of either is lost."""

import json
import random
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.queue import LeaseLost, give, release, take_back
from coding.models import Assignment, Draft, DraftAction
from coding.rules.lifecycle import Stage
from portal.rules.roles import Role
from tests import factories
from tests.coding.benches import lapse, to_code

pytestmark = pytest.mark.django_db


class Bench:
    """One person's open page: it numbers its actions, hears answers or loses them, and sends what was not heard of."""

    def __init__(self, browser, held):
        self.browser, self.held, self.series = browser, held, str(uuid4())
        self.place = self.heard = self.version = 0
        self.typed, self.requests, self.lost = [], [], False

    def act(self, mark):
        self.place += 1
        self.typed.append(mark)
        body = {"diagnoses": [], "procedures": [], "comment": " ".join(self.typed)}
        self.requests.append(
            {
                "encounter": self.held.encounter_id, "assignment": self.held.pk, "version": self.version,
                "series": self.series, "place": self.place, "since": self.heard + 1, "body": json.dumps(body),
            }
        )  # fmt: skip

    def deliver(self, request):
        return self.browser.post(reverse("coding:draft", args=[self.held.encounter_id]), request)

    def send(self, *, heard=True):
        """The newest action, with the version and the first place that were not heard of."""
        if self.place == self.heard:
            return
        request = {**self.requests[-1], "version": self.version, "since": self.heard + 1}
        self.requests.append(request)
        answer = self.deliver(request)
        told = answer.json()
        assert answer.status_code == 200 or told.get("lost"), told
        assert not told.get("changed"), told
        if heard:
            self.heard, self.version, self.lost = self.place, told["version"], bool(told.get("lost"))


class TwoPeople:
    """Ann's time runs out, Kim gets the chart, both go on; requests come twice, late, and out of order."""

    def __init__(self, held, kim, manager, as_user, seed):
        self.chance = random.Random(seed)  # noqa: S311
        self.marks, self.as_user, self.manager, self.encounter = iter(range(1000)), as_user, manager, held.encounter
        self.benches = {held.user: Bench(as_user(held.user), held)}
        self.people = [held.user, kim]

    def holder(self):
        held = Assignment.objects.live(at=timezone.now()).filter(encounter=self.encounter).first()
        return held.user if held else None

    def act(self):
        bench = self.chance.choice(list(self.benches.values()))
        bench.act(f"{bench.held.user_id}-{next(self.marks)}")

    def send(self):
        self.chance.choice(list(self.benches.values())).send(heard=self.chance.random() < 0.7)

    def twin(self):
        """The network delivers something old, once more or at last."""
        bench = self.chance.choice(list(self.benches.values()))
        if bench.requests:
            bench.deliver(self.chance.choice(bench.requests))

    def lose(self):
        held = Assignment.objects.open().filter(encounter=self.encounter).first()
        if held:
            lapse(held)

    def hand_over(self):
        to = self.chance.choice(self.people)
        if self.holder() == to:
            return
        held = give(encounter=self.encounter, to=to, by=self.manager, at=timezone.now())
        self.begin(to, held)

    def give_back(self):
        for held in Assignment.objects.live(at=timezone.now()).filter(encounter=self.encounter):
            release(assignment=held, by=held.user, at=timezone.now())

    def regain(self):
        who = self.chance.choice(list(self.benches))
        try:
            held = take_back(encounter=self.encounter, stage=Stage.CODING, by=who, at=timezone.now())
        except LeaseLost:
            return
        self.begin(who, held)

    def begin(self, who, held):
        """Their page under the new lease; the old page of the same person stays open and goes on under it."""
        if who in self.benches:
            return  # its requests name the lease that it knows: the server finds the newer one
        self.benches[who] = Bench(self.as_user(who), held)

    def happen(self, times):
        ways = [self.act, self.send, self.twin, self.lose, self.hand_over, self.give_back, self.regain]
        for _ in range(times):
            self.chance.choices(ways, [30, 30, 15, 6, 7, 5, 7])[0]()

    def finish(self):
        for bench in self.benches.values():
            bench.send()


@pytest.mark.parametrize("seed", range(12))
def test_in_any_order_of_things_each_keeps_all_of_theirs_and_nothing_of_the_others(river, ann, max_, as_user, seed):
    kim = factories.UserFactory(name="Kim Kerr", roles=[Role.CODER])
    story = TwoPeople(to_code(river, ann), kim, max_, as_user, seed)
    story.happen(60)
    story.finish()
    for who, bench in story.benches.items():
        draft = Draft.objects.filter(encounter=story.encounter, author=who).first()
        assert (draft.body["comment"].split() if draft else []) == bench.typed
        rows = list(DraftAction.objects.filter(series=bench.series).order_by("pk").values_list("place", flat=True))
        assert rows == list(range(1, bench.place + 1))


def test_what_the_first_one_sends_late_does_not_reach_the_second_ones_bench(river, ann, max_, as_user):
    held = to_code(river, ann)
    kim = factories.UserFactory(name="Kim Kerr", roles=[Role.CODER])
    anns = Bench(as_user(ann), held)
    anns.act("ann-1")
    anns.send()
    anns.act("ann-2")
    theirs = give(encounter=held.encounter, to=kim, by=max_, at=timezone.now())
    kims = Bench(as_user(kim), theirs)
    kims.act("kim-1")
    kims.send()
    anns.send()
    assert anns.lost
    page = kims.browser.get(reverse("coding:code", args=[held.encounter_id])).content.decode()
    assert "kim-1" in page
    assert "ann-" not in page
    assert dict(Draft.objects.values_list("author__name", "is_late")) == {"Ann Archer": True, "Kim Kerr": False}
