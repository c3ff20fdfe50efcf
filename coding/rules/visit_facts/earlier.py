"""What the practice's earlier visits of the same patient say: offered, never filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from coding.rules.visit_facts.kinds import SHOWN
from coding.rules.visit_facts.names import same_person
from coding.rules.visit_facts.numbers_on_pages import bare
from coding.rules.visit_facts.patient import SEX_NAMES
from coding.rules.visit_facts.shape import EarlierVisit, Facts, Known, Listed, Mention, Source, Weight

ASKED = ("sex", "account_number", "payer", "member_id")
YEARS = 3  # CPT: an established patient was seen by the same specialty of the group within three years


def said_by_earlier(known: Known, facts: Mapping[str, Facts]) -> Iterator[tuple[str, Mention]]:
    """What the newest earlier visits of this very patient say of the fields."""
    visits = sorted(known.earlier, key=lambda visit: visit.day, reverse=True)
    same = [visit for visit in visits if is_same(visit, facts)]
    for visit in same:
        for name in ASKED:
            value = visit.facts.get(name, "")
            if value:
                yield name, mention(name, value, visit, known)
    seen = day_of(facts, "date_from")
    before = next((visit for visit in same if seen is not None and is_recent(visit, seen, known, facts)), None)
    if before is not None:
        yield "visit_type", of_earlier("established", SHOWN["established"], before)


def is_same(visit: EarlierVisit, facts: Mapping[str, Facts]) -> bool:
    """Whether it was the same patient: two of name, birth date and number agree, and none that is known differs."""
    name, born, number = (filled(facts, field) for field in ("patient_name", "birth_date", "account_number"))
    agree = [
        bool(name) and same_person(name) == same_person(visit.facts.get("patient_name", "")),
        bool(born) and born == visit.facts.get("birth_date"),
        bool(number) and bare(number) == bare(visit.facts.get("account_number", "")),
    ]
    return sum(agree) > 1 and not (born and not agree[1])


def is_recent(visit: EarlierVisit, seen: date, known: Known, facts: Mapping[str, Facts]) -> bool:
    """Whether it was before this visit, within the years, and not by another specialty as far as that is known."""
    if not years_before(seen) < visit.day < seen:
        return False
    specialties = {row.key: row.specialty for row in known.practice.providers}
    one = specialties.get(filled(facts, "rendering_provider"), "")
    other = specialties.get(visit.facts.get("rendering_provider", ""), "")
    return not one or not other or one == other


def years_before(day: date) -> date:
    try:
        return day.replace(year=day.year - YEARS)
    except ValueError:  # 29 February
        return day.replace(year=day.year - YEARS, day=28)


def filled(facts: Mapping[str, Facts], name: str) -> str:
    candidate = facts[name].filled if name in facts else None
    return candidate.value if candidate else ""


def day_of(facts: Mapping[str, Facts], name: str) -> date | None:
    value = filled(facts, name)
    return datetime.strptime(value, "%m/%d/%Y").date() if value else None  # noqa: DTZ007


def mention(name: str, value: str, visit: EarlierVisit, known: Known) -> Mention:
    rows: tuple[Listed, ...] = known.practice.payers if name == "payer" else ()
    names = SEX_NAMES if name == "sex" else {row.key: row.name for row in rows}
    shown = names.get(value, value)
    return of_earlier(value, shown, visit, bare(value) if name in {"account_number", "member_id"} else "")


def of_earlier(value: str, shown: str, visit: EarlierVisit, same: str = "") -> Mention:
    said = f"{visit.label}, {visit.day:%m/%d/%Y}"
    return Mention(value, shown, Weight.HINT, None, same, Source.EARLIER, said)
