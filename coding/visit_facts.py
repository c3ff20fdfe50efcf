"""What is known of a visit before anybody types, asked of the database: its pages, lists, manifest, earlier visits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from coding.models import Encounter, EncounterPage, PreCoding
from coding.rules.visit_facts import EarlierVisit, Facts, Known, Listed, PageOfVisit, Practice, facts_of, read_pages
from coding.rules.visit_facts.gathering import MOST_PAGES
from coding.rules.visit_facts.names import fits
from coding.rules.visit_facts.payers import matching
from coding.rules.visit_facts.shape import Weight
from portal.actions.manifests import said_of_chart
from portal.models import Chart, Location, ManifestRow, Payer, Provider
from portal.rules.words import WordsState

EARLIER = 20  # visits of a patient that are asked: the newest


def facts_known(encounter: Encounter) -> Mapping[str, Facts]:
    """The candidates of each field of pre-coding that has any; the caller has checked who may see the encounter."""
    practice = practice_of(encounter)
    known = Known(
        pages=pages_of(encounter), practice=practice, received_on=received_on(encounter.chart),
        manifest=by_manifest(encounter, practice), specialty=encounter.specialty,
    )  # fmt: skip
    read = read_pages(known)
    first = facts_of(known, read)
    earlier = earlier_visits(encounter, first)
    return facts_of(replace(known, earlier=earlier), read) if earlier else first


def practice_of(encounter: Encounter) -> Practice:
    """The practice's lists as far as they are in use; three queries."""
    of = {"practice_id": encounter.practice_id, "is_active": True}
    return Practice(
        providers=tuple(
            Listed(str(row.pk), row.name, (row.npi,), specialty=row.specialty) for row in Provider.objects.filter(**of)
        ),
        locations=tuple(
            Listed(str(row.pk), row.name, place=row.place_of_service) for row in Location.objects.filter(**of)
        ),
        payers=tuple(
            Listed(str(row.pk), row.name, tuple(filter(None, (row.electronic_id, *row.also_known_as))))
            for row in Payer.objects.filter(**of)
        ),
    )


def pages_of(encounter: Encounter) -> tuple[PageOfVisit, ...]:
    """The words of the visit's first pages, as far as they are read; numbers as the bench counts them; one query."""
    rows = EncounterPage.objects.filter(encounter=encounter).select_related("page__words").order_by("position")
    return tuple(
        PageOfVisit(row.page_id, place, row.page.words.lines())
        for place, row in enumerate(rows[:MOST_PAGES], start=1)
        if (words := getattr(row.page, "words", None)) is not None and words.state == WordsState.DONE
    )


def received_on(chart: Chart) -> date:
    """The day on which the chart came, by the site's clock."""
    return timezone.localdate(chart.received_at)


def by_manifest(encounter: Encounter, practice: Practice) -> dict[str, str]:
    """What the practice's manifest says, as the form's texts.

    Nothing for a chart of several visits, of which its row can mean any, nor for a visit that was pre-coded before.
    """
    chart = encounter.chart
    if (
        PreCoding.objects.filter(encounter=encounter).exists()
        or chart.encounters.originals().exclude(pk=encounter.pk).exists()
    ):
        return {}
    row = said_of_chart(chart)
    return texts_of(row, practice) if row is not None else {}


def texts_of(row: ManifestRow, practice: Practice) -> dict[str, str]:
    """A row of a manifest as the form's texts; what the form could not hold or the lists do not know is left out."""
    found = {
        "patient_name": row.patient[:120],
        "birth_date": f"{row.birth_date:%m/%d/%Y}" if row.birth_date else "",
        "account_number": row.mrn if len(row.mrn) <= 40 else "",  # noqa: PLR2004  (the form's limit)
        "date_from": f"{row.service_date:%m/%d/%Y}" if row.service_date else "",
        "rendering_provider": the_one([one.key for one in practice.providers if row.provider.strip() in one.also])
        or the_one([fit.who.key for fit in fits(row.provider, practice.providers) if not fit.mended]),
        "payer": the_one(
            [one.key for one, weight in matching(row.payer, list(practice.payers)) if weight >= Weight.LABELLED]
        ),
    }
    return {name: text for name, text in found.items() if text}


def the_one(keys: list[str]) -> str:
    return keys[0] if len(keys) == 1 else ""


def earlier_visits(encounter: Encounter, facts: Mapping[str, Facts]) -> tuple[EarlierVisit, ...]:
    """What the practice's earlier pre-codings say that could be of the same patient; one query, none without a name."""
    same = Q()
    for field, filled in ((name, facts[name].filled) for name in ("birth_date", "account_number") if name in facts):
        if filled is not None:
            value = filled.value if field != "birth_date" else datetime.strptime(filled.value, "%m/%d/%Y").date()  # noqa: DTZ007
            same |= Q(**{field: value})
    if not same:
        return ()
    rows = PreCoding.objects.filter(same, practice_id=encounter.practice_id, encounter__repeats=None).exclude(
        encounter=encounter
    )
    return tuple(
        EarlierVisit(Encounter(pk=row.encounter_id).label, row.date_from, told_by(row))
        for row in rows.order_by("-date_from", "-pk")[:EARLIER]
    )


def told_by(row: PreCoding) -> dict[str, str]:
    """An earlier pre-coding as the form's texts."""
    return {
        "patient_name": row.patient_name, "birth_date": f"{row.birth_date:%m/%d/%Y}",
        "sex": row.sex if row.sex != PreCoding.Sex.UNKNOWN else "", "account_number": row.account_number,
        "payer": str(row.payer_id or ""), "member_id": row.member_id,
        "rendering_provider": str(row.rendering_provider_id),
    }  # fmt: skip
