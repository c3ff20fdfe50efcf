"""Queries on the site: asked from a bench without scripts, answered by the practice, looked after by its author."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.queries import answer_query, expire_queries
from coding.actions.queue import take_next
from coding.models import Encounter, Query, SignedAddendum
from coding.rules.lifecycle import EncounterStatus
from coding.rules.queries.states import QueryStatus, SignerRole
from coding.rules.queries.wording import OTHER, TEMPLATES, UNABLE, Purpose
from portal.models import AuditEvent, Contract
from tests import factories
from tests.coding.lines import precoded
from tests.coding.queries.asking import ask, posted, to_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(river, ann):
    return to_code(river, ann)


@pytest.fixture
def now():
    return timezone.now()


def url(name, pk):
    return reverse(f"coding:{name}", args=[pk])


def page(answer):
    return answer.content.decode()


# -- asking --------------------------------------------------------------------------------------------
def test_the_bench_offers_the_dialog_and_the_page_of_it(held, ann, as_user):
    bench = page(as_user(ann).get(url("code", held.encounter_id)))
    assert 'data-opens="query-dialog" data-action="bench.question"' in bench
    assert f'action="{url("ask", held.encounter_id)}"' in bench
    form = page(as_user(ann).get(url("ask", held.encounter_id)))
    for purpose in Purpose:
        assert TEMPLATES[purpose].title in form


def test_without_scripts_a_button_fills_in_a_template_and_keeps_the_passages(held, ann, as_user):
    sent = posted(held, purpose="side", action="template", title="", question="")
    answer = page(as_user(ann).post(url("ask", held.encounter_id), sent))
    assert TEMPLATES[Purpose.SIDE].question in answer
    assert "Both sides" in answer
    assert 'value="Potassium 5.9"' in answer
    assert not Query.objects.exists()


def test_sending_goes_on_with_the_next_chart(river, held, ann, as_user, now):
    chart = factories.ChartFactory(batch=factories.BatchFactory(practice=river))
    waiting = precoded(factories.EncounterFactory(chart=chart), ann, at=now)
    answer = as_user(ann).post(url("ask", held.encounter_id), posted(held))
    assert answer.url == url("code", waiting.pk)
    query = Query.objects.get()
    assert (query.question, query.status) == ("Did the result quoted here have a meaning for this visit?", "open")
    assert query.indicators.get().boxes


def test_what_the_linter_refuses_comes_back_with_its_place_reason_and_source(held, ann, as_user):
    sent = posted(held, title="Hyperkalemia", question="Please document hyperkalemia.")
    answer = as_user(ann).post(url("ask", held.encounter_id), sent)
    assert answer.status_code == 422
    text = page(answer)
    for said in ("Please document", "It tells the provider what to write", "AHIMA/ACDIS", "Potassium 5.9"):
        assert said in text
    assert Encounter.objects.get().status == EncounterStatus.CODING


def test_an_invisible_sign_hides_no_word(held, ann, as_user):
    sent = posted(held, question="Does it change the pay\u200bment or the \uff24\uff32\uff27?")
    assert as_user(ann).post(url("ask", held.encounter_id), sent).status_code == 422


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"words_1": "Potassium 6.5"}, "not on page 1"),
        ({"page_1": "", "words_1": "Potassium 5.9"}, "on which page"),
        ({"words_1": ""}, "Copy the words"),
        ({"page_1": "", "words_1": ""}, "Cite at least one passage"),
        ({"page_1": "77"}, "valid choice"),
        ({"form": "choice", "options": "Left"}, "at least two options"),
        ({"form": "yes_no"}, "Yes or no is only"),
    ],
)
def test_what_is_missing_is_said(held, ann, as_user, more, said):
    answer = as_user(ann).post(url("ask", held.encounter_id), posted(held, **more))
    assert answer.status_code == 422
    assert said in page(answer)
    assert not Query.objects.exists()


def test_the_live_check_says_the_same(held, ann, as_user):
    client, address = as_user(ann), url("query-check", held.encounter_id)
    assert "Nothing stands against" in page(client.post(address, posted(held)))
    said = page(client.post(address, posted(held, question="Please document sepsis.", words_1="Potassium 6")))
    assert "not on page 1" in said
    assert "Please document" in said


def test_a_form_for_another_chart_is_refused(held, ann, as_user):
    sent = posted(held, encounter=held.encounter_id + 1)
    assert as_user(ann).post(url("ask", held.encounter_id), sent).status_code == 404


# -- answering -----------------------------------------------------------------------------------------
def reply(**more):
    return {"option": OTHER, "text": "Hemolysis of the sample.", "role": "treating", **more}


def test_the_practice_answers_and_the_bench_shows_it(held, ann, cleo, as_user, now):
    query = ask(held, ann, now)
    client = as_user(cleo)
    asked = page(client.get(url("query", query.pk)))
    for said in (query.question, "Potassium 5.9 today", "My answer, in my own words", UNABLE, "<rect", cleo.name):
        assert said in asked
    answer = client.post(url("query-answer", query.pk), reply(), follow=True)
    signed = SignedAddendum.objects.get()
    for said in ("Signed by", "Hemolysis of the sample.", signed.sha256):
        assert said in page(answer)
    bench = page(as_user(ann).get(url("code", take_next(by=ann, at=now).encounter_id)))
    assert "replied to" in bench
    assert bench.count("Hemolysis of the sample.") == 2  # beside the codes and among the pages
    assert signed.sha256 in bench
    assert "Hemolysis" in page(client.get(url("encounter", query.encounter_id)))
    assert AuditEvent.objects.filter(action="query.viewed", object_id=query.pk).exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"option": ""}, "Choose one of the answers"),
        ({"option": "Yes"}, "valid choice"),
        ({"text": ""}, "Write what you would state"),
        ({"role": ""}, "required"),
        ({"role": "on_behalf"}, "for which provider"),
    ],
)
def test_an_incomplete_answer_comes_back(held, ann, cleo, as_user, now, more, said):
    query = ask(held, ann, now)
    answer = as_user(cleo).post(url("query-answer", query.pk), reply(**more))
    assert answer.status_code == 422
    assert said in page(answer)
    assert not SignedAddendum.objects.exists()


def test_nobody_else_answers(held, ann, max_, otto, as_user, now):
    query = ask(held, ann, now)
    for person in (ann, max_, otto):
        assert as_user(person).post(url("query-answer", query.pk), reply()).status_code == 404


def test_an_answer_that_comes_too_late_is_told(held, ann, cleo, as_user, now):
    query = ask(held, ann, now)
    answer_query(query=query, by=cleo, at=now, option=UNABLE, text="", role=SignerRole.COVERING)
    answer = as_user(cleo).post(url("query-answer", query.pk), reply(), follow=True)
    assert "has ended meanwhile" in page(answer)
    assert SignedAddendum.objects.count() == 1


def test_a_provider_of_another_practice_is_no_choice(held, ann, cleo, as_user, now):
    query, other = ask(held, ann, now), factories.ProviderFactory()
    sent = reply(role="on_behalf", provider=other.pk)
    assert as_user(cleo).post(url("query-answer", query.pk), sent).status_code == 422


# -- looking after -------------------------------------------------------------------------------------
def test_its_author_reminds_and_withdraws(held, ann, as_user, now):
    query, client = ask(held, ann, now), as_user(ann)
    assert "less than a day ago" in page(client.post(url("query-remind", query.pk), follow=True))
    Query.objects.update(reminded_at=now - timedelta(days=2))
    assert "reminded by mail" in page(client.post(url("query-remind", query.pk), follow=True))
    assert "Withdrawn" in page(client.post(url("query-withdraw", query.pk), follow=True))
    assert Encounter.objects.get().status == EncounterStatus.TO_CODE


def test_a_manager_closes_what_has_expired(held, ann, max_, as_user, now):
    query, client = ask(held, ann, now), as_user(max_)
    assert "Close: code" not in page(client.get(url("query", query.pk)))
    expire_queries(at=now + timedelta(days=8))
    assert "Close: code" in page(client.get(url("query", query.pk)))
    client.post(url("query-close", query.pk), {"comment": "Two reminders."})
    query.refresh_from_db()
    assert (query.status, query.close_note) == (QueryStatus.CLOSED, "Two reminders.")
    bench = page(as_user(ann).get(url("code", take_next(by=ann, at=now + timedelta(days=8)).encounter_id)))
    assert "Code what is documented. Two reminders." in bench


def test_a_hold_for_a_query_is_not_resumed_by_hand(held, ann, max_, as_user, now):
    ask(held, ann, now)
    queue = page(as_user(ann).get(reverse("coding:queue")))
    assert "Query to the provider" in queue
    assert url("resume", held.encounter_id) not in queue
    assert "Withdraw that" in page(as_user(ann).post(url("resume", held.encounter_id), follow=True))
    sent = {"action": "resume", "encounter": held.encounter_id}
    assert "withdraw or close that" in page(
        as_user(max_).post(reverse("coding:operations-encounters") + "?state=held", sent, follow=True)
    )
    assert Encounter.objects.get().status == EncounterStatus.HELD


def test_the_clock_is_told_with_its_figures(held, ann, cleo, as_user, now):
    Contract.objects.update(query_stops_clock=True)
    query = ask(held, ann, now - timedelta(hours=3))
    assert "clock stands still: the promise moves by the waiting, so far 3 h" in page(
        as_user(cleo).get(url("query", query.pk))
    )
    answer_query(query=query, by=cleo, at=now, option=UNABLE, text="", role=SignerRole.COVERING)
    assert "It waited 3 h: the promise moved from" in page(as_user(ann).get(url("query", query.pk)))


# -- lists ---------------------------------------------------------------------------------------------
def test_the_lists_are_scoped(held, ann, cleo, otto, bea, max_, as_user, now):
    query = ask(held, ann, now)
    for person, sees in ((cleo, True), (ann, True), (max_, True), (otto, False), (bea, False)):
        assert (query.label in page(as_user(person).get(reverse("coding:queries")))) is sees
    assert query.label not in page(as_user(cleo).get(reverse("coding:queries") + "?show=answered"))


def test_managers_see_rates_and_times(held, ann, cleo, max_, as_user, now):
    query = ask(held, ann, now - timedelta(hours=5))
    answer_query(query=query, by=cleo, at=now, option=UNABLE, text="", role=SignerRole.COVERING)
    answer = as_user(max_).get(reverse("coding:queries") + "?show=answered")
    found = answer.context["figures"]
    assert (found["answered"], found["half"], found["most"], found["open"]) == (1, "5 h", "5 h", 0)
    assert found["coders"] == [{"name": ann.name, "queries": 1, "visits": 0, "rate": "–"}]
    provider = query.encounter.precoding.rendering_provider
    assert found["providers"] == [{"name": provider.name, "queries": 1, "visits": 1, "rate": "100.0"}]
    assert "In the last 90 days" not in page(as_user(cleo).get(reverse("coding:queries")))
