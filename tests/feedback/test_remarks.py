"""A practice remarks on a code; somebody new looks again; the answer stands in the thread."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from coding.actions.moves import AlreadyMoved
from coding.actions.remarks import (
    AlreadyRemarked,
    MoveRefused,
    NotDelivered,
    NothingSaid,
    decide_remark,
    give_back_remark,
    take_remark,
    withdraw_remark,
)
from coding.models import Remark, Ruling
from coding.rules.discrepancies import Part
from coding.rules.lifecycle import EncounterStatus
from coding.rules.remarks import Refusal
from feedback.actions.remarks import remark_on_code
from feedback.models import Comment, InboxItem
from portal.models import ClientRule
from portal.rules.roles import Role
from tests import factories
from tests.coding.lines import load_codes, verified

pytestmark = pytest.mark.django_db
WORDS = "The visit took ten minutes."


@pytest.fixture
def visit(river, ann, bea):
    load_codes()
    encounter = verified(river, ann, bea)
    encounter.refresh_from_db()
    return encounter


@pytest.fixture
def vic():
    return factories.UserFactory(name="Vic Rossi", roles=[Role.VERIFIER])


@pytest.fixture
def remark(visit, cleo, max_):
    return remark_on_code(encounter=visit, part=Part.PROCEDURE, position=1, words=WORDS, by=cleo, at=timezone.now())


def text(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def kinds_of(person):
    return list(InboxItem.objects.filter(user=person, done_at=None).order_by("pk").values_list("kind", flat=True))


def test_it_is_about_the_version_that_counts_and_stands_in_the_thread(remark, visit, ann, bea, max_):
    assert (remark.code, remark.author, remark.verifier) == ("99213", bea, bea)
    comment = Comment.objects.get(remark=remark)
    assert (comment.body, comment.encounter) == (f"Remark on 99213\n{WORDS}", visit)
    assert [kinds_of(person) for person in (max_, ann, bea)] == [["remark"]] * 3


def test_one_remark_on_a_code_waits_at_a_time(remark, visit, cleo):
    with pytest.raises(AlreadyRemarked):
        remark_on_code(encounter=visit, part=Part.PROCEDURE, position=1, words="x", by=cleo, at=timezone.now())
    remark_on_code(encounter=visit, part=Part.DIAGNOSIS, position=1, words="x", by=cleo, at=timezone.now())


@pytest.mark.parametrize(
    ("position", "words", "trouble"), [(9, "x", NotDelivered), (0, "x", NotDelivered), (1, " ", NothingSaid)]
)
def test_there_has_to_be_a_code_and_a_word(visit, cleo, position, words, trouble):
    with pytest.raises(trouble):
        remark_on_code(encounter=visit, part=Part.PROCEDURE, position=position, words=words, by=cleo, at=timezone.now())
    assert not Comment.objects.exists()


@pytest.mark.parametrize("name", ["ann", "bea"])
def test_who_coded_or_verified_does_not_look_again(request, remark, name):
    with pytest.raises(MoveRefused) as refused:
        take_remark(remark=remark, by=request.getfixturevalue(name), at=timezone.now())
    assert refused.value.reason in {Refusal.OWN_WORK, Refusal.NOT_THEIRS}
    with pytest.raises(IntegrityError, match="coding_remark_by_somebody_new"), transaction.atomic():
        Remark.objects.filter(pk=remark.pk).update(
            reviewer=remark.verifier, taken_at=timezone.now(), status="looked_at"
        )


def test_upheld_it_puts_the_visit_back_answers_and_offers_a_ruling(remark, visit, vic, cleo, max_):
    take_remark(remark=remark, by=vic, at=timezone.now())
    assert decide_remark(remark=remark, upheld=True, words="Ten minutes are 99212.", by=vic, at=timezone.now())
    visit.refresh_from_db()
    assert (visit.status, visit.reserved_for) == (EncounterStatus.TO_CODE, visit.coded_by)
    answer = Comment.objects.latest("pk")
    assert answer.reply_to == Comment.objects.get(remark=remark)
    assert "your remark is upheld.\nTen minutes are 99212.\nThe visit is coded" in answer.body
    assert (kinds_of(cleo), kinds_of(max_)) == (["answer"], ["ruling"])


def test_not_upheld_the_code_stands_and_the_reason_is_told(remark, visit, vic, cleo, max_):
    take_remark(remark=remark, by=vic, at=timezone.now())
    decide_remark(remark=remark, upheld=False, words="Page 2 has 25 minutes.", by=vic, at=timezone.now())
    visit.refresh_from_db()
    assert visit.status == EncounterStatus.VERIFIED
    assert "the code stands.\nPage 2 has 25 minutes." in Comment.objects.latest("pk").body
    assert kinds_of(max_) == []
    with pytest.raises(AlreadyMoved):
        decide_remark(remark=remark, upheld=True, words="No.", by=vic, at=timezone.now())


def test_what_was_found_is_said_and_never_changed(remark, vic):
    take_remark(remark=remark, by=vic, at=timezone.now())
    with pytest.raises(MoveRefused):
        decide_remark(remark=remark, upheld=False, words=" ", by=vic, at=timezone.now())
    decide_remark(remark=remark, upheld=False, words="It stands.", by=vic, at=timezone.now())
    for change in ({"words": "Other."}, {"outcome": "Other."}, {"code": "99212"}):
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            Remark.objects.filter(pk=remark.pk).update(**change)


def test_given_back_it_waits_for_somebody_else_and_withdrawn_for_nobody(remark, vic, max_, cleo):
    take_remark(remark=remark, by=vic, at=timezone.now())
    with pytest.raises(MoveRefused):
        give_back_remark(remark=remark, by=max_, at=timezone.now())
    give_back_remark(remark=remark, by=vic, at=timezone.now())
    take_remark(remark=remark, by=max_, at=timezone.now())
    withdraw_remark(remark=remark, by=cleo, at=timezone.now())
    assert Comment.objects.latest("pk").body == "We do not pursue this remark."
    assert "remark" not in kinds_of(max_)


# -- pages -----------------------------------------------------------------------------------------
def test_the_practice_remarks_from_the_page_of_the_visit(as_user, visit, cleo, otto, max_):
    browser = as_user(cleo)
    assert f"/threads/remarks/{visit.pk}/" in text(browser.get(f"/work/encounters/{visit.pk}/read/"))
    part = text(browser.get(f"/threads/remarks/{visit.pk}/", headers={"HX-Request": "true"}))
    address = f"/threads/remarks/{visit.pk}/procedure/1/"
    assert address in part
    assert "Say what is wrong with the code." in text(browser.post(address, {"words": ""}), 422)
    assert browser.post(address, {"words": WORDS}).status_code == 302
    part = text(browser.get(f"/threads/remarks/{visit.pk}/"))
    assert (WORDS in part, "Waits for a second look" in part, address in part) == (True, True, False)
    for person in (otto, max_):
        assert as_user(person).post(address, {"words": "x"}).status_code == 404
    browser.post(f"/threads/remarks/{Remark.objects.get().pk}/withdraw/")
    assert Remark.objects.get().status == "withdrawn"


def test_the_chart_opens_to_who_takes_it_and_to_managers(as_user, remark, vic, max_, bea):
    page = f"/work/remarks/{remark.pk}/"
    closed = text(as_user(vic).get(page))
    assert (WORDS in closed, "Look at it again" in closed) == (False, True)
    assert "You coded or verified this visit" in text(as_user(bea).get(page))
    assert WORDS in text(as_user(max_).get(page))
    assert as_user(vic).post(f"{page}step/", {"move": "take"}).status_code == 302
    opened = text(as_user(vic).get(page))
    assert (WORDS in opened, "99213" in opened, "Uphold the remark" in opened) == (True, True, True)
    assert "Say why" in text(as_user(vic).post(f"{page}step/", {"move": "decline", "words": ""}), 422)
    as_user(vic).post(f"{page}step/", {"move": "uphold", "words": "Ten minutes are 99212."})
    remark.refresh_from_db()
    assert (remark.status, remark.reviewer) == ("upheld", vic)


def test_a_barred_verifier_does_not_see_it(as_user, remark, vic):
    ClientRule.objects.create(user=vic, practice=remark.practice)
    assert as_user(vic).get(f"/work/remarks/{remark.pk}/").status_code == 404


def test_an_upheld_remark_becomes_a_ruling_prefilled(as_user, remark, vic, max_):
    take_remark(remark=remark, by=vic, at=timezone.now())
    decide_remark(remark=remark, upheld=True, words="Ten minutes are 99212.", by=vic, at=timezone.now())
    browser = as_user(max_)
    address = f"/work/rulings/issue/?remark={remark.pk}"
    assert address in text(browser.get(f"/work/remarks/{remark.pk}/"))
    form = browser.get(address).context["form"].initial
    assert (form["pattern"], form["practice"], form["text"]) == (
        "99213", remark.practice_id, "Ten minutes are 99212.",
    )  # fmt: skip
    answer = browser.post(
        "/work/rulings/issue/",
        {"remark": remark.pk, "pattern": "99213", "text": "Ten minutes are 99212.", "practice": remark.practice_id,
         "starts_on": timezone.localdate()},
    )  # fmt: skip
    assert answer.status_code == 302
    remark.refresh_from_db()
    assert remark.ruling == Ruling.objects.get()
    assert browser.get(address).status_code == 404, "once"
