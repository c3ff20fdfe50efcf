"""Everything that is known of a visit, field by field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from coding.rules.visit_facts import earlier, kinds, patient, payers, people, places, service
from coding.rules.visit_facts.labels import Labelled, labelled
from coding.rules.visit_facts.names import same_person
from coding.rules.visit_facts.numbers_on_pages import bare
from coding.rules.visit_facts.ranking import NOTHING, ranked
from coding.rules.visit_facts.shape import Candidate, Confidence, Facts, Known, Mention, Source, Weight
from coding.rules.visit_facts.sheets import Sheet, sheet

Mentions = dict[str, list[Mention]]
MOST_PAGES = 60  # of a visit that are read: whose it is and when stands on the first ones
FIELDS = (
    "patient_name", "birth_date", "sex", "account_number", "date_from", "date_to", "visit_type", "rendering_provider",
    "referring_provider", "location", "place_of_service", "modifiers", "payer", "member_id",
)  # fmt: skip


def read_pages(known: Known) -> Mentions:
    """What the first pages of the visit say, by field: some milliseconds a page."""
    found: Mentions = defaultdict(list)
    for page in known.pages[:MOST_PAGES]:
        if page.lines.words:
            read_page(sheet(page), known, found)
    return found


def facts_of(known: Known, read: Mentions | None = None) -> Mapping[str, Facts]:
    """The candidates of each field that has any; the fields are those of coding.models.PreCoding.

    `read` is what `read_pages` found, where that is known already.
    """
    found: Mentions = defaultdict(list)
    for name, mentions in (read_pages(known) if read is None else read).items():
        found[name] = list(mentions)
    for name, value in known.manifest.items():
        found[name].append(of_manifest(name, value, known))
    found["location"] = plainest(found["location"])
    found["place_of_service"] += [
        place for location in found["location"] for place in places.place_of(location, known.practice.locations)
    ]
    found["rendering_provider"] += only_provider(known)
    facts = {name: ranked(found[name]) for name in FIELDS if found[name]}
    without_last_day_alone(facts)
    without_days_before_birth(facts)
    for name, mention in earlier.said_by_earlier(known, facts):
        found[name].append(mention)
    again = {name: ranked(found[name]) for name in FIELDS if found[name]}
    return {name: facts[name] if name in SETTLED and name in facts else again[name] for name in again}


# What an earlier visit is recognised by, and the days, are settled before it is asked.
SETTLED = frozenset({"patient_name", "birth_date", "date_from", "date_to"})


def read_page(page: Sheet, known: Known, found: Mentions) -> None:
    """Every mention of a page, by field."""
    rows = list(labelled(page))
    for row in rows:
        for name, mention in read_label(row, known):
            found[name].append(mention)
    taken = {page.line_of(row.label.start) for row in rows if row.label.has_sign}
    for name, mentions in (
        ("patient_name", [*patient.parted_names(rows), *patient.heads(page)]),
        ("sex", patient.told_sexes(page)),
        ("date_from", service.heading_days(page, known.received_on)),
        ("rendering_provider", people.signatures(page, known.practice.providers)),
        ("location", places.told_locations(page, known.practice.locations)),
        ("place_of_service", places.told_places(page)),
        ("visit_type", [*kinds.heading_kinds(page, taken), *kinds.ticked_kinds(page)]),
        ("modifiers", kinds.modifiers(page)),
    ):
        found[name].extend(mentions)


def read_label(row: Labelled, known: Known) -> Iterator[tuple[str, Mention]]:
    """What a label names, for each field that it says something about."""
    on, practice = known.received_on, known.practice
    for stay in service.labelled_days(row, on):
        yield "date_from", stay.first
        if stay.last is not None:
            yield "date_to", stay.last
    for name, mentions in (
        ("patient_name", patient.names(row)),
        ("birth_date", patient.births(row, on)),
        ("sex", patient.sexes(row, on)),
        ("account_number", patient.accounts(row)),
        ("member_id", patient.members(row)),
        ("date_from", service.signed_days(row, on)),
        ("date_to", service.last_days(row, on)),
        ("rendering_provider", people.rendering(row, practice.providers)),
        ("referring_provider", people.referring(row, practice.providers)),
        ("location", places.labelled_locations(row, practice.locations)),
        ("place_of_service", places.labelled_places(row)),
        ("payer", payers.payers(row, practice.payers)),
        ("visit_type", kinds.labelled_kinds(row)),
    ):
        for mention in mentions:
            yield name, mention


def of_manifest(name: str, value: str, known: Known) -> Mention:
    """What the practice's table says of a field."""
    lists = {"rendering_provider": known.practice.providers, "payer": known.practice.payers}
    shown = next((row.name for row in lists.get(name, ()) if row.key == value), value)
    same = {"patient_name": same_person, "account_number": bare, "member_id": bare}.get(name)
    return Mention(value, shown, Weight.LABELLED, None, same(value) if same else "", Source.MANIFEST, "Manifest")


def only_provider(known: Known) -> list[Mention]:
    """The one provider whom the practice has for this specialty: offered, whatever the pages say."""
    rows = [row for row in known.practice.providers if not known.specialty or row.specialty == known.specialty]
    if len(rows) != 1:
        return []
    said = "The only provider of this specialty" if known.specialty else "The only provider"
    return [Mention(rows[0].key, rows[0].name, Weight.HINT, source=Source.LIST, said=said)]


def plainest(mentions: Sequence[Mention]) -> list[Mention]:
    """Where a label names a location, what the page says elsewhere is left out: a letterhead, a hospital nearby."""
    most = max((mention.weight for mention in mentions), default=0)
    return [mention for mention in mentions if mention.weight == most]


def day_in(candidate: Candidate | None) -> date | None:
    """The day of a candidate for a date."""
    return datetime.strptime(candidate.value, "%m/%d/%Y").date() if candidate else None  # noqa: DTZ007


def without_last_day_alone(facts: dict[str, Facts]) -> None:
    """A last day without a first, or that lies before it, or is the same, is none."""
    first, last = (facts.get(name, NOTHING) for name in ("date_from", "date_to"))
    if not last.candidates:
        return
    start, end = day_in(first.filled), day_in(last.candidates[0])
    if start is None or end is None or end < start:
        facts["date_to"] = Facts(tuple(doubted(one) for one in last.candidates))
    elif end == start:
        facts.pop("date_to")


def without_days_before_birth(facts: dict[str, Facts]) -> None:
    """A visit before the birth: one of the two was misread, so that neither fills its field."""
    born, seen = (day_in(facts.get(name, NOTHING).filled) for name in ("birth_date", "date_from"))
    if born is None or seen is None or born <= seen:
        return
    for name in ("birth_date", "date_from", "date_to"):
        if name in facts:
            facts[name] = Facts(tuple(doubted(one) for one in facts[name].candidates))


def doubted(candidate: Candidate) -> Candidate:
    """A candidate that something else speaks against."""
    return replace(candidate, confidence=Confidence.LIKELY)
