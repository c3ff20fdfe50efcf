"""Two drafts are compared line by line; any choice makes one draft of both, and choosing one side gives that side."""

from hypothesis import given, settings
from hypothesis import strategies as st

from coding.rules.draft_lines import THEIRS, differing, lines_of, merged

CODES = ["E119", "I10", "M1711", "J069"]


def draft(diagnoses="", *procedures, comment="", **more):
    return {
        "diagnoses": [{"code": code} for code in diagnoses.split()],
        "procedures": [
            {"code": code, "modifiers": [], "units": 1, "pointers": list(pointers)} for code, pointers in procedures
        ],
        "comment": comment, "worksheet": {}, **more,
    }  # fmt: skip


def codes(body):
    return [line["code"] for line in body["diagnoses"]]


def test_lines_that_are_the_same_are_not_asked_about():
    mine, theirs = draft("E119 I10", comment="a"), draft("E119 M1711", comment="a")
    assert differing(mine, theirs) == ["diagnosis:I10:1", "diagnosis:M1711:1"]


def test_another_order_is_one_line():
    assert differing(draft("E119 I10"), draft("I10 E119")) == ["diagnosis-order"]
    assert codes(merged(draft("E119 I10"), draft("I10 E119"), {"diagnosis-order": THEIRS})) == ["I10", "E119"]


def test_both_codes_are_kept_if_both_are_chosen():
    mine, theirs = draft("E119 I10"), draft("E119 M1711")
    assert codes(merged(mine, theirs, {"diagnosis:M1711:1": THEIRS})) == ["E119", "M1711", "I10"]


def test_a_pointer_follows_its_diagnosis():
    mine, theirs = draft("I10", ("99213", [1])), draft("E119 I10", ("99213", [1, 2]))
    both = merged(mine, theirs, {"diagnosis:E119:1": THEIRS})
    assert codes(both) == ["E119", "I10"]
    assert both["procedures"][0]["pointers"] == [2]


def test_a_pointer_to_what_was_not_chosen_falls_away():
    mine, theirs = draft("I10"), draft("I10 E119", ("99213", [1, 2]))
    both = merged(mine, theirs, {"procedure:99213:1": THEIRS})
    assert (codes(both), both["procedures"][0]["pointers"]) == (["I10"], [1])


def test_two_lines_of_one_code_are_two():
    mine, theirs = draft("I10", ("99213", [1]), ("99213", [])), draft("I10", ("99213", [1]))
    assert differing(mine, theirs) == ["procedure:99213:2"]
    assert len(merged(mine, theirs, {"procedure:99213:2": THEIRS})["procedures"]) == 1


def test_fields_of_precoding_are_lines():
    mine, theirs = {"patient_name": "A", "sex": "F", "payer": ""}, {"patient_name": "B", "sex": "F", "payer": "7"}
    assert differing(mine, theirs) == ["patient_name", "payer"]
    assert merged(mine, theirs, {"payer": THEIRS}) == {"patient_name": "A", "sex": "F", "payer": "7"}


def test_what_is_empty_on_both_sides_is_no_difference():
    assert differing(draft("I10", rejected={}), draft("I10")) == []
    assert differing({"sex": ""}, {}) == []


def test_evidence_and_suggestions_go_with_their_line():
    line = {"code": "I10", "evidence": [{"page": 1, "boxes": [], "quote": "x"}], "suggestion": 3, "state": "accepted"}
    theirs = {**draft(), "diagnoses": [line]}
    assert merged(draft("I10"), theirs, {"diagnosis:I10:1": THEIRS})["diagnoses"] == [line]


@st.composite
def drafts(draw, *, unique=False):
    diagnoses = draw(st.lists(st.sampled_from(CODES), max_size=5, unique=unique))
    lines = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["99213", "36415", "93000"]),
                st.lists(st.integers(1, max(1, len(diagnoses))), max_size=3, unique=True) if diagnoses else st.just([]),
            ),
            max_size=3,
            unique_by=(lambda line: line[0]) if unique else None,
        )
    )
    return draft(" ".join(diagnoses), *lines, comment=draw(st.sampled_from(["", "a", "b"])))


@settings(deadline=None)
@given(drafts(), drafts())
def test_one_side_throughout_gives_that_side(mine, theirs):
    assert merged(mine, theirs, {}) == mine
    assert merged(mine, theirs, dict.fromkeys(differing(mine, theirs), THEIRS)) == theirs


@settings(deadline=None)
@given(drafts(unique=True), drafts(unique=True), st.data())
def test_any_choice_gives_each_line_from_the_side_that_was_chosen(mine, theirs, data):
    """With no code twice: else the second of two lines becomes the first where only it was chosen."""
    asked = differing(mine, theirs)
    chosen = {key: data.draw(st.sampled_from(["mine", "theirs"])) for key in asked}
    here, there, both = lines_of(mine), lines_of(theirs), lines_of(merged(mine, theirs, chosen))
    for key in {*here, *there}:
        side = there if chosen.get(key) == THEIRS else here
        assert (key in both) == (key in side), key
        if key in both and key.startswith("procedure"):
            assert {k: v for k, v in both[key].items() if k != "pointers"} == {
                k: v for k, v in side[key].items() if k != "pointers"
            }
            assert both[key]["pointers"] == [pointer for pointer in side[key]["pointers"] if pointer in both]
    assert all(
        0 < place <= len(merged(mine, theirs, chosen)["diagnoses"])
        for line in merged(mine, theirs, chosen)["procedures"]
        for place in line["pointers"]
    )
