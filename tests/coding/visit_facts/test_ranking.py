"""From mentions to candidates: what fills a field, what is offered, in which order."""

import pytest

from coding.rules.evidence import Passage
from coding.rules.visit_facts import Confidence, Known, Listed, PageOfVisit, Practice, Source, facts_of
from coding.rules.visit_facts.ranking import ranked
from coding.rules.visit_facts.shape import Mention, Weight
from tests.coding.visit_facts.practice import RECEIVED, laid_out

EXACT, LABELLED, WEAK, HINT = Weight.EXACT, Weight.LABELLED, Weight.WEAK, Weight.HINT


def on_page(value, weight, page=1):
    return Mention(value, value, weight, Passage(page, page, ((0, 0, 10, 10),), value))


def by_manifest(value):
    return Mention(value, value, LABELLED, source=Source.MANIFEST, said="Manifest")


def of_earlier(value):
    return Mention(value, value, HINT, source=Source.EARLIER, said="E-00012, 05/11/2026")


@pytest.mark.parametrize(
    ("mentions", "values", "fills", "first"),
    [
        ([on_page("a", LABELLED)], "a", True, Confidence.SURE),
        ([on_page("a", WEAK)], "a", False, Confidence.LIKELY),
        ([on_page("a", HINT)], "a", False, Confidence.LIKELY),
        ([on_page("a", LABELLED), on_page("b", LABELLED)], "ab", False, Confidence.SEVERAL),
        ([on_page("b", WEAK), on_page("a", LABELLED)], "ab", True, Confidence.SURE),
        ([on_page("b", LABELLED), on_page("a", EXACT)], "ab", True, Confidence.SURE),
        ([on_page("a", WEAK), on_page("b", HINT)], "ab", False, Confidence.SEVERAL),
        ([by_manifest("a")], "a", True, Confidence.LIKELY),
        ([by_manifest("a"), on_page("a", HINT)], "a", True, Confidence.SURE),
        ([by_manifest("b"), on_page("a", LABELLED)], "ab", False, Confidence.SEVERAL),
        ([by_manifest("b"), on_page("a", HINT)], "ab", False, Confidence.SEVERAL),
        ([by_manifest("a"), on_page("a", LABELLED), on_page("b", LABELLED)], "ab", False, Confidence.SEVERAL),
        ([by_manifest("a"), on_page("a", LABELLED), on_page("b", WEAK)], "ab", True, Confidence.SURE),
        ([of_earlier("a")], "a", False, Confidence.LIKELY),
        ([of_earlier("a"), of_earlier("b")], "ab", False, Confidence.SEVERAL),
        ([of_earlier("b"), on_page("a", LABELLED)], "ab", True, Confidence.SURE),
        ([of_earlier("b"), by_manifest("a")], "ab", True, Confidence.LIKELY),
    ],
)  # fmt: skip
def test_what_fills_a_field_and_what_is_offered(mentions, values, fills, first):
    for order in (mentions, mentions[::-1]):
        facts = ranked(order)
        assert (sorted(one.value for one in facts.candidates), facts.fills) == (list(values), fills)
        assert facts.candidates[0].confidence is first
        if fills:
            assert facts.filled.value == "a"


def test_nothing_is_known_of_nothing():
    assert ranked([]).candidates == ()
    assert ranked([]).filled is None


def test_a_candidate_says_all_that_speaks_for_it():
    [one] = ranked([on_page("a", WEAK, 3), on_page("a", LABELLED, 1), by_manifest("a"), of_earlier("a")]).candidates
    assert (one.said, one.source) == ("Pages 1, 3, manifest, E-00012, 05/11/2026", Source.PAGE)
    assert [passage.number for passage in one.passages] == [3, 1]


def test_more_candidates_than_number_keys_are_not_offered():
    assert len(ranked([on_page(f"{number:02d}", WEAK) for number in range(20)]).candidates) == 9


def known(text, **more):
    practice = Practice(
        (
            Listed("1", "Dana Whitlow, MD", specialty="primary_care"),
            Listed("2", "Priya Raman, MD", specialty="radiology"),
        )
    )
    return Known((PageOfVisit(1, 1, laid_out(text)),), practice, RECEIVED, **more)


def test_the_only_provider_of_the_specialty_is_offered_and_not_filled_in():
    facts = facts_of(known("Nothing of use.", specialty="radiology"))["rendering_provider"]
    assert [(one.value, one.source, one.said) for one in facts.candidates] == [
        ("2", Source.LIST, "The only provider of this specialty")
    ]
    assert not facts.fills
    assert "rendering_provider" not in facts_of(known("Nothing of use."))


def test_a_page_speaks_louder_than_the_only_provider():
    facts = facts_of(known("Provider: Dana Whitlow, MD", specialty="radiology"))["rendering_provider"]
    assert facts.filled.value == "1"
    assert facts.filled.passages[0].quote == "Dana Whitlow, MD"
