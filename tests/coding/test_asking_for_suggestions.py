"""Engines are asked once for a visit, by a worker, when all is known and before anybody codes it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.queue import give, take_next
from coding.actions.suggesting import JOB, make_suggestions
from coding.models import SuggestedCode, SuggestionSet
from coding.rules.codings import System
from coding.rules.evidence import passage_in, words_under
from coding.rules.lifecycle import Stage
from coding.rules.suggested import BLIND_SHARE, is_blind
from coding.suggesting import PhraseEngine, suggester_of
from coding.tasks import suggest_codes
from portal.actions.jobs import claim_job
from portal.actions.words import tell_if_all_read
from portal.models import AuditEvent, Job, JobState, PageWords
from portal.rules.words import Word, WordsState
from tests import factories
from tests.coding.lines import load_codes, precoded, waiting
from tests.coding.worded import Shown, Suggested, worded_chart

pytestmark = pytest.mark.django_db


class Parrot:
    """Suggests hypertension for everybody."""

    name = "parrot 1"

    def __init__(self):
        self.asked = 0

    def suggest(self, encounter):
        self.asked += 1
        page = encounter.pages().first()
        found = (Shown(page.pk, ((0, 0, 5, 5),), "x"), Shown(10**6, (), "y"))
        return [Suggested(System.ICD10CM, "I10", evidence=found)]


@pytest.fixture
def encounter(river):
    load_codes()
    return waiting(at=timezone.now(), chart=worded_chart(river))


def jobs():
    return Job.objects.filter(kind=JOB, state=JobState.READY)


def do(engine):
    """The job that waits, done with this engine."""
    at = timezone.now()
    make_suggestions(claim=claim_job(job_id=jobs().get().pk, at=at), at=at, engines=(engine,))


def words_wait(encounter):
    row = PageWords.objects.filter(page__placed__encounter=encounter).first()
    PageWords.objects.filter(pk=row.pk).update(state=WordsState.WAITING, finished_at=None)
    return row


def words_come(row):
    PageWords.objects.filter(pk=row.pk).update(state=WordsState.DONE, finished_at=timezone.now())
    tell_if_all_read(chart_id=row.page.chart_id, at=timezone.now())


def test_an_engine_is_asked_when_precoding_is_done_and_once(encounter, ann):
    assert not jobs().exists()
    precoded(encounter, ann, at=timezone.now())
    parrot = Parrot()
    do(parrot)
    made = SuggestionSet.objects.get()
    assert (made.engine, made.seed, made.share) == ("parrot 1", "suggestions", BLIND_SHARE)
    assert made.is_blind is is_blind(encounter.pk)
    [kept] = SuggestedCode.objects.get().evidence  # the page of nowhere fell out
    assert (kept["number"], kept["quote"]) == (1, "x")
    assert AuditEvent.objects.get(action="encounter.suggested").detail == {"codes": 1, "blind": made.is_blind}
    tell_if_all_read(chart_id=encounter.chart_id, at=timezone.now())
    assert not jobs().exists()
    assert parrot.asked == 1


def test_it_waits_for_the_words_of_all_pages(encounter, ann):
    row = words_wait(encounter)
    precoded(encounter, ann, at=timezone.now())
    assert not jobs().exists()
    words_come(row)
    do(Parrot())
    assert SuggestedCode.objects.get().encounter == encounter


def test_it_waits_for_precoding(encounter):
    words_come(words_wait(encounter))
    assert not jobs().exists()


def test_what_became_of_a_visit_in_between_is_seen_by_the_worker(encounter, ann):
    precoded(encounter, ann, at=timezone.now())
    row, parrot = words_wait(encounter), Parrot()
    do(parrot)  # an addendum came, whose words are not read yet
    assert (parrot.asked, SuggestionSet.objects.exists(), jobs().exists()) == (0, False, False)
    words_come(row)
    do(parrot)
    assert SuggestionSet.objects.exists()


def test_nothing_comes_under_the_eyes_of_who_has_the_visit_open(encounter, ann):
    precoded(encounter, ann, at=timezone.now())
    take_next(by=ann, at=timezone.now(), stages=[Stage.CODING])
    do(Parrot())
    assert not SuggestionSet.objects.exists()


def test_who_was_given_the_visit_and_has_not_opened_it_finds_them(encounter, ann, max_):
    precoded(encounter, ann, at=timezone.now())
    give(encounter=encounter, to=ann, by=max_, at=timezone.now())
    do(Parrot())
    assert SuggestionSet.objects.exists()


def test_a_bench_asks_nobody(encounter, ann, as_user):
    precoded(encounter, ann, at=timezone.now())
    take_next(by=ann, at=timezone.now(), stages=[Stage.CODING])
    before = suggester_of.cache_info()
    page = as_user(ann).get(reverse("coding:code", args=[encounter.pk]))
    assert page.context["state"]["suggestions"] == []
    assert suggester_of.cache_info() == before
    assert not SuggestionSet.objects.exists()


@pytest.mark.parametrize("blind", [False, True])
def test_from_the_words_to_the_bench(river, ann, as_user, blind):
    """The house's own engine, asked by the task: what it finds stands on the bench with its words marked."""
    load_codes()
    factories.CodeFactory(code="I100", title="Essential hypertension", system=System.ICD10CM)
    encounter = waiting(at=timezone.now(), chart=worded_chart(river))
    precoded(encounter, ann, at=timezone.now())
    suggest_codes(job_id=jobs().get().pk)
    SuggestionSet.objects.update(is_blind=blind)
    assert SuggestionSet.objects.get().engine == PhraseEngine.name
    assert Job.objects.get(kind=JOB).state == JobState.DONE
    take_next(by=ann, at=timezone.now() + timedelta(seconds=1), stages=[Stage.CODING])
    page = as_user(ann).get(reverse("coding:code", args=[encounter.pk]))
    rows = {row["code"]: row for row in page.context["state"]["suggestions"]}
    if blind:
        assert rows == {}
        return
    [shown] = rows["I100"]["evidence"]
    words = [Word(*word) for word in PageWords.objects.get(page=shown["page"]).words]
    assert words_under(passage_in(shown).boxes, words).strip(".,") == "Essential hypertension"
    assert f'data-page-id="{shown["page"]}"' in page.content.decode()
