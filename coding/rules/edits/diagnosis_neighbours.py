"""Codes that the edits of diagnoses may offer instead of those coded, for whoever fills the tables to look up."""

from collections.abc import Iterator

from coding.rules.codings import CodedEncounter, bare

FULL_LENGTH = 7  # characters of a code with its 7th
FIRST_DETAIL = 3  # where the characters below the category begin


def padded(code: str) -> str:
    """The code with placeholders X before its last character, so that this stands seventh (Guidelines, I.A.4)."""
    return code[:-1].ljust(FULL_LENGTH - 1, "X") + code[-1:]


def sides_of(code: str) -> Iterator[str]:
    """The codes that differ in one character that often tells the side: 1 right, 2 left, 3 both, 0 and 9 open.

    Osteoarthritis of hip, knee and thumb (M16 to M18) has "bilateral" one subcategory earlier.
    """
    for place in range(FIRST_DETAIL, len(code)):
        if code[place] in "01239":
            yield from (code[:place] + other + code[place + 1 :] for other in "123" if other != code[place])
    if code[:FIRST_DETAIL] in {"M16", "M17", "M18"} and code[FIRST_DETAIL : FIRST_DETAIL + 1] in set("1357"):
        yield f"{code[:FIRST_DETAIL]}{int(code[FIRST_DETAIL]) - 1}"


def neighbours(code: str) -> set[str]:
    """Every code that an edit may offer for this one; most of them do not exist."""
    found = set(sides_of(code))
    if FIRST_DETAIL < len(code) < FULL_LENGTH:
        found.add(padded(code))
    return found


def diagnoses_to_look_up(coded: CodedEncounter) -> frozenset[str]:
    """The codes of a coding and their neighbours, without dots: what `Tables.diagnoses` should hold if it exists."""
    codes = {bare(line.code) for line in coded.diagnoses}
    return frozenset(codes.union(*(neighbours(code) for code in codes)))
