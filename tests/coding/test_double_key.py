"""Critical fields are typed a second time without seeing the first; a difference stops, shows both, is counted."""

import pytest
from django.urls import reverse
from django.utils import timezone

from coding.actions.double_key import NotKeyable, set_double_key
from coding.models import Assignment, DoubleKeying, DoubleKeyRule, Draft, PreCoding
from coding.rules.double_key import agree, differing
from portal.models import AuditEvent
from tests import factories
from tests.coding.benches import form_for, lapse, to_precode

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("field", "first", "second", "same"),
    [
        ("patient_name", "Whitfield, Rosa M.", "rosa m whitfield", True),
        ("patient_name", "Whitfield, Rosa M", "Whitfield, Rosa", False),
        ("account_number", "RI-10022", "ri10022", True),
        ("account_number", "RI-10022", "RI-10023", False),
        ("birth_date", "04/17/1958", "04/11/1958", False),
        ("member_id", "", "R1", False),
        ("payer", "31", "31", True),
    ],
)
def test_when_two_entries_agree(field, first, second, same):
    assert agree(field, first, second) is same
    assert differing([field], {field: first}, {field: second}) == ([] if same else [field])


@pytest.fixture
def held(river, ann, max_):
    factories.ProviderFactory(practice=river)
    set_double_key(practice=river, fields=["birth_date", "patient_name"], by=max_, at=timezone.now())
    return to_precode(river, ann)


def url_of(held, name="precode"):
    return reverse(f"coding:{name}", args=[held.encounter_id])


def finish(browser, held):
    return browser.post(url_of(held), first_entry(held))


def first_entry(held):
    return form_for(
        held, action="finish", patient_name="Person, Test", birth_date="01021960", sex="F", date_from="10/30/2026",
        visit_type="new", rendering_provider=held.practice.providers.first().pk, place_of_service="11",
    )  # fmt: skip


def second(held, name="Person, Test", birth="1/2/1960", **more):
    typed = {"again-patient_name": name, "again-birth_date": birth, "action": "finish"}
    return {**form_for(held), "version": Draft.objects.get().version, **typed, **more}


def test_the_first_entry_goes_on_to_the_second_without_being_shown(held, ann, as_user):
    browser = as_user(ann)
    answer = finish(browser, held)
    assert answer.url == url_of(held, "precode-again")
    assert not PreCoding.objects.exists()
    page = browser.get(answer.url)
    text = page.content.decode()
    assert "Type them again from the chart" in text
    assert list(page.context["form"].fields) == ["patient_name", "birth_date"]
    assert "Person, Test" not in text
    assert "1960" not in text


def test_two_entries_that_agree_finish_the_visit(held, ann, as_user):
    browser = as_user(ann)
    finish(browser, held)
    answer = browser.post(url_of(held, "precode-again"), second(held, name="person test"))
    assert answer.url == reverse("coding:queue")
    assert PreCoding.objects.get().patient_name == "Person, Test"
    assert sorted(DoubleKeying.objects.values_list("field", "differed")) == [
        ("birth_date", False), ("patient_name", False),
    ]  # fmt: skip
    event = AuditEvent.objects.get(action="precoding.keyed_twice")
    assert (event.detail["fields"], event.detail["differed"]) == (2, 0)


def test_a_difference_stops_and_shows_both(held, ann, as_user):
    browser = as_user(ann)
    finish(browser, held)
    page = browser.post(url_of(held, "precode-again"), second(held, birth="01/12/1960"))
    assert page.status_code == 409
    text = page.content.decode()
    assert "The two entries differ." in text
    assert "<strong>01/02/1960</strong>" in text
    assert "<strong>01/12/1960</strong>" in text
    assert not PreCoding.objects.exists()
    # Sent again undecided it stays one difference.
    assert browser.post(url_of(held, "precode-again"), second(held, birth="01/12/1960")).status_code == 409
    assert [(row.field, row.differed, row.kept, row.keyed_by) for row in DoubleKeying.objects.all()] == [
        ("birth_date", True, "", ann)
    ]


@pytest.mark.parametrize(("keep", "birth"), [("first", "1960-01-02"), ("second", "1960-01-12")])
def test_the_entry_that_is_chosen_is_kept(held, ann, as_user, keep, birth):
    browser = as_user(ann)
    finish(browser, held)
    browser.post(url_of(held, "precode-again"), second(held, birth="01/12/1960"))
    sent = second(held, birth="01/12/1960", **{"keep-birth_date": keep})
    assert browser.post(url_of(held, "precode-again"), sent).url == reverse("coding:queue")
    assert PreCoding.objects.get().birth_date.isoformat() == birth
    rows = {row.field: (row.differed, row.kept) for row in DoubleKeying.objects.all()}
    assert rows == {"birth_date": (True, keep), "patient_name": (False, "")}


def test_a_second_entry_that_cannot_be_says_so(held, ann, as_user):
    browser = as_user(ann)
    finish(browser, held)
    page = browser.post(url_of(held, "precode-again"), second(held, birth="soon"))
    assert page.status_code == 422
    assert not DoubleKeying.objects.exists()
    sent = second(held, birth="11/01/2026", **{"keep-birth_date": "second"})
    back = browser.post(url_of(held, "precode-again"), sent, follow=True)
    assert "The birth date lies after the date of service." in back.content.decode()
    assert not PreCoding.objects.exists()


def test_a_first_entry_that_was_changed_since_is_looked_at_first(held, ann, as_user):
    browser = as_user(ann)
    finish(browser, held)
    old = second(held)
    browser.post(url_of(held), {**first_entry(held), "version": 1, "action": "save", "account_number": "7"})
    assert browser.post(url_of(held, "precode-again"), old).url == url_of(held)
    assert not PreCoding.objects.exists()


def test_the_second_entry_is_nobody_s_without_the_first(held, ann, as_user):
    browser = as_user(ann)
    assert browser.get(url_of(held, "precode-again")).url == url_of(held)
    finish(browser, held)
    lapse(held)
    assert browser.post(url_of(held, "precode-again"), second(held)).url == url_of(held)
    assert not PreCoding.objects.exists()
    assert Assignment.objects.get().ended_at is None


def test_without_critical_fields_nothing_is_asked_twice(held, river, ann, max_, as_user):
    set_double_key(practice=river, fields=[], by=max_, at=timezone.now())
    assert finish(as_user(ann), held).url == reverse("coding:queue")
    assert PreCoding.objects.exists()
    assert not DoubleKeying.objects.exists()


# -- the manager's page ----------------------------------------------------------------------------------------
def test_a_manager_says_which_fields_are_typed_twice(river, max_, as_user):
    browser, path = as_user(max_), reverse("coding:double-key-practice", args=[river.pk])
    assert browser.post(path, {"fields_twice": ["payer", "birth_date"]}).url == reverse("coding:double-key")
    assert DoubleKeyRule.objects.get().fields == ["birth_date", "payer"]
    assert AuditEvent.objects.get(action="practice.double_key_set").detail["fields"] == ["birth_date", "payer"]
    text = browser.get(reverse("coding:double-key")).content.decode()
    assert "Birth date, Payer" in text
    assert browser.post(path, {"fields_twice": ["shoe_size"]}).status_code == 200
    assert DoubleKeyRule.objects.get().fields == ["birth_date", "payer"]


def test_the_differences_of_a_practice_are_counted(held, ann, max_, as_user):
    browser = as_user(ann)
    finish(browser, held)
    browser.post(url_of(held, "precode-again"), second(held, birth="01/12/1960"))
    browser.post(url_of(held, "precode-again"), second(held, birth="01/12/1960", **{"keep-birth_date": "first"}))
    [row] = [row for row in as_user(max_).get(reverse("coding:double-key")).context["rows"] if row["typed"]]
    assert (row["typed"], row["differed"]) == (2, 1)


def test_a_field_that_cannot_be_typed_twice_is_refused(river, max_):
    with pytest.raises(NotKeyable):
        set_double_key(practice=river, fields=["modifiers"], by=max_, at=timezone.now())
