"""Hit rates are counted as a coder would: the first accepted code among ten."""

from datetime import date

import pytest

from coding.rules.code_search.figures import Answer, BadQueries, Figures, Query, figures, read_queries
from coding.rules.codings import System

HEADER = "id\tsystem\ton\tquery\taccept\n"


def query(*accept):
    return Query("q1", System.ICD10CM, date(2026, 3, 1), "knee", accept)


def test_a_query_accepts_its_codes_and_those_that_begin_so():
    assert query("E119").accepts("E119")
    assert not query("E119").accepts("E1190")
    assert query("M171*").accepts("M1711")


def test_the_rank_is_the_place_of_the_first_accepted_code_among_ten():
    assert Answer(query("B"), ("A", "B", "B"), 0.001).rank == 2
    assert Answer(query("Z"), tuple("ABCDEFGHIJZ"), 0.001).rank == 0


def test_figures_are_shares_and_milliseconds():
    answers = [Answer(query("A"), ("A",), 0.001), Answer(query("B"), ("A", "B"), 0.003), Answer(query("C"), (), 0.002)]
    assert figures(answers) == Figures(3, hit_at_1=0.3333, hit_at_10=0.6667, mrr=0.5, p50_ms=2.0, p95_ms=3.0)
    assert figures([]).queries == 0


def test_a_file_of_queries_is_read():
    assert read_queries([HEADER, 'x\ticd9cm\t2014-05-01\t5" cut\tE11.9| M17* |\n']) == [
        Query("x", System.ICD9CM, date(2014, 5, 1), '5" cut', ("E119", "M17*"))
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ["id\tquery\n"],
        [],
        [HEADER, "x\tcpt\t2014-05-01\tcut\tA\n"],
        [HEADER, "x\ticd9cm\tsoon\tcut\tA\n"],
        [HEADER, "x\n"],
    ],
)
def test_a_file_that_is_something_else_is_refused(lines):
    with pytest.raises(BadQueries):
        read_queries(lines)
