"""What suggestions were worth: counted by hand, by law, and on the page of managers."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from coding.actions.coding import submit_coding
from coding.actions.queue import take_next
from coding.actions.suggestion_report import Which, judged_encounters, rows_behind, suggestion_figures
from coding.actions.verification import give_verdict
from coding.rules.lifecycle import Stage
from coding.rules.proportions import Proportion
from coding.rules.suggested import Decision
from coding.rules.suggestion_figures import Judged, figures
from portal.models import Contract
from tests.coding.lines import coded, load_codes
from tests.coding.suggestions.verified import verified_visit
from tests.coding.worded import FIVE, suggest, worded_bench


def codes(text):
    return frozenset(("icd10cm", code) for code in text.split())


def judged(suggested, coder, kept, *, is_blind=False, source="words", decided=()):
    return Judged(
        is_blind, dict.fromkeys(codes(suggested), source), codes(coder), codes(kept),
        {("icd10cm", code): Decision(word) for code, word in decided},
    )  # fmt: skip


# -- by hand -------------------------------------------------------------------------------------------


def test_figures_worked_by_hand():
    """Shown: 4 wrong (X1 X2 X3 X4), 2 submitted: 50 %. Not shown: 4 wrong, 1 coded anyway: 25 %. 25 points apart."""
    found = figures([
        judged("A B X1 X2", "A B X1", "A B C", decided=[
            ("A", "accepted"), ("B", "accepted"), ("X1", "accepted"), ("X2", "rejected"),
        ]),
        judged("A X3 X4", "A X3 D", "A D", decided=[("A", "accepted"), ("X3", "accepted"), ("X4", "undecided")]),
        judged("A B X5 X6 X7 X8", "A X5", "A B", is_blind=True),
    ])  # fmt: skip
    words = found.sources["words"]
    # 13 were suggested, A B of the first, A of the second, A B of the third kept; 3 + 2 + 2 were kept in all.
    assert (words.precision, words.recall, words.accepted) == (Proportion(5, 13), Proportion(5, 7), Proportion(5, 7))
    assert found.all == words
    assert (found.shown.encounters, found.blind.encounters) == (2, 1)
    assert (found.shown.right, found.blind.right) == (Proportion(3, 3), Proportion(1, 2))
    assert (found.shown.wrong, found.blind.wrong) == (Proportion(2, 4), Proportion(1, 4))
    assert (found.shown.others, found.blind.others) == (Proportion(1, 2), Proportion(0, 0))  # C is missed, D found
    assert found.lead.share == pytest.approx(0.25)
    assert found.help.share == pytest.approx(0.5)
    assert found.narrowing is None
    assert found.decisions == {Decision.ACCEPTED: 5, Decision.REJECTED: 1, Decision.UNDECIDED: 1}


def test_each_source_has_its_own_figures():
    found = figures([
        Judged(False, {("icd10cm", "A"): "words", ("icd10cm", "B"): "drugs"}, codes("A"), codes("A")),
    ])  # fmt: skip
    assert {name: one.precision for name, one in found.sources.items()} == {
        "drugs": Proportion(0, 1), "words": Proportion(1, 1),
    }  # fmt: skip
    assert {name: one.recall for name, one in found.sources.items()} == {
        "drugs": Proportion(0, 1), "words": Proportion(1, 1),
    }  # fmt: skip


def test_nothing_has_no_rate():
    found = figures([])
    assert (found.encounters, found.lead, found.help, dict(found.sources)) == (0, None, None, {})
    assert figures([judged("", "A", "A")]).sources == {}


# -- laws ----------------------------------------------------------------------------------------------

SOME = st.frozensets(st.sampled_from("ABCDE")).map(lambda letters: codes(" ".join(letters)))
ROWS = st.lists(
    st.builds(
        Judged, st.booleans(), SOME.flatmap(
            lambda made: st.fixed_dictionaries(dict.fromkeys(made, st.sampled_from(["words", "drugs"])))
        ), SOME, SOME,
    ),
    max_size=6,
)  # fmt: skip


@given(ROWS)
def test_sources_add_up_and_no_share_leaves_its_bounds(rows):
    found = figures(rows)
    assert sum(one.precision.of for one in found.sources.values()) == found.all.precision.of
    assert sum(one.precision.count for one in found.sources.values()) == found.all.precision.count
    for one in (found.all, *found.sources.values()):
        for part in (one.precision, one.recall, one.accepted):
            assert 0 <= part.count <= part.of
        assert one.recall.of == sum(len(row.kept) for row in rows)
    for side in (found.shown, found.blind):
        assert side.right.of + side.wrong.of == sum(
            len(row.suggested) for row in rows if row.is_blind is (side is found.blind)
        )
    assert found.shown.encounters + found.blind.encounters == found.encounters


@given(ROWS)
def test_shown_and_not_shown_mirror_each_other(rows):
    found = figures(rows)
    other = figures(Judged(not row.is_blind, row.suggested, row.coder, row.kept) for row in rows)
    assert (found.shown, found.blind) == (other.blind, other.shown)
    if found.lead is not None:
        assert other.lead.share == pytest.approx(-found.lead.share)
        assert other.lead.low == pytest.approx(-found.lead.high)


@given(ROWS, st.permutations("ABCDE"))
def test_the_names_of_codes_do_not_matter(rows, names):
    new = {("icd10cm", old): ("icd10cm", name) for old, name in zip("ABCDE", names, strict=True)}

    def renamed(some):
        return frozenset(new[one] for one in some)

    other = [
        Judged(row.is_blind, {new[one]: of for one, of in row.suggested.items()}, renamed(row.coder), renamed(row.kept))
        for row in rows
    ]
    assert figures(rows) == figures(other)


# -- the page ------------------------------------------------------------------------------------------


@pytest.fixture
def verified(river, ann, bea):
    """Suggested E119 I10 M1711 M1712 99213; the coder takes E119 I10 99213; the verifier keeps E119 99213."""
    load_codes()
    return verified_visit(river, ann, bea)


@pytest.mark.django_db
def test_the_report_counts_what_verifiers_kept(verified):
    at = timezone.now()
    found = suggestion_figures(start=at - timedelta(hours=1), end=at + timedelta(hours=1))
    words = found.sources["words"]
    assert (words.precision, words.recall, words.accepted) == (Proportion(2, 5), Proportion(2, 2), Proportion(3, 5))
    assert (found.shown.wrong, found.blind.encounters) == (Proportion(1, 3), 0)
    assert found.decisions == {Decision.ACCEPTED: 3, Decision.REJECTED: 1, Decision.UNDECIDED: 1}
    assert suggestion_figures(start=at - timedelta(hours=2), end=at - timedelta(hours=1)).encounters == 0


@pytest.mark.django_db
def test_the_first_version_counts_and_not_what_a_return_made_of_it(river, ann, bea):
    held = worded_bench(river, ann)
    Contract.objects.update(verification_share=100)
    suggest(held.encounter, *FIVE)
    at = timezone.now()
    what = {"by": ann, "at": at, "reason": "documented"}
    submit_coding(assignment=held, coded=coded("E119 I10", "99213@1"), **what)
    judging = take_next(by=bea, at=at, stages=[Stage.VERIFICATION])
    give_verdict(assignment=judging, by=bea, at=at, verdict="returned", coded=None, comment="Hypertension?")
    again = take_next(by=ann, at=at, stages=[Stage.CODING])
    submit_coding(assignment=again, coded=coded("E119", "99213@1"), **what)
    judging = take_next(by=bea, at=at, stages=[Stage.VERIFICATION])
    give_verdict(assignment=judging, by=bea, at=at, verdict="verified", coded=None)
    found = suggestion_figures(start=at - timedelta(hours=1), end=at + timedelta(hours=1))
    assert found.shown.wrong == Proportion(1, 3)


@pytest.mark.django_db
def test_the_rows_behind_a_figure_are_as_many_as_it_says(verified):
    at = timezone.now()
    rows = judged_encounters(start=at - timedelta(hours=1), end=at + timedelta(hours=1))
    assert [row.code for row in rows_behind(rows, Which(is_blind=False, is_kept=False, is_taken=True))] == ["I10"]
    assert len(rows_behind(rows, Which(source="words"))) == 5
    assert [row.code for row in rows_behind(rows, Which(decision=Decision.REJECTED))] == ["M1711"]


@pytest.mark.django_db
def test_a_manager_reads_the_figures_and_what_is_behind_them(client, verified, max_):
    client.force_login(max_)
    page = client.get(reverse("coding:suggestion-figures")).content.decode()
    for words in ("2 of 5 · 40 % (12 to 77)", "2 of 2 · 100 % (34 to 100)", "1 of 3 · 33 % (6 to 79)"):
        assert words in page
    rows = client.get(reverse("coding:suggestion-figures"), {"blind": "0", "kept": "0", "taken": "1"}).content.decode()
    assert "Shown; not kept; submitted: 1" in rows
    assert "I10" in rows
    assert verified.label in rows


@pytest.mark.django_db
@pytest.mark.parametrize("given", [{"source": "none such"}, {"decision": "mulled"}, {"blind": "x"}, {"kept": "\x00"}])
def test_an_address_that_names_nothing_is_answered_calmly(client, max_, given):
    client.force_login(max_)
    assert client.get(reverse("coding:suggestion-figures"), given).status_code == 200


@pytest.mark.django_db
def test_only_managers_read_it(client, ann, cleo):
    for person in (ann, cleo):
        client.force_login(person)
        assert client.get(reverse("coding:suggestion-figures")).status_code == 404


@pytest.mark.django_db
def test_it_costs_as_many_queries_for_many_visits(river, ann, bea, django_assert_max_num_queries):
    load_codes()
    at, counts = timezone.now(), []
    for number in range(2):
        for _ in range(2):
            verified_visit(river, ann, bea, is_blind=bool(number))
        with django_assert_max_num_queries(12) as counted:
            suggestion_figures(start=at - timedelta(hours=1), end=at + timedelta(hours=1))
        counts.append(len(counted))
    assert counts[0] == counts[1]
