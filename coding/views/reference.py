"""What is known of the code in hand, as a part of a bench: by the date of service, with the source of each line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from coding.actions.reference import DiagnosisSide, ProcedureSide, Reference, reference_of
from coding.forms.bad_body import BadBody
from coding.forms.reference import Asked, asked_about
from coding.models import Encounter, PreCoding
from coding.rules.code_reference import Partner, named_of_visit
from coding.rules.codings import System, bare, dotted
from coding.rules.tables import RelativeValue
from coding.views.about_chart import about_chart
from coding.views.browser import INDICATOR_WORDS, Place, counterpart_url, notes_at, other_revision
from coding.views.coding_bench import facts_of, working_on
from portal.access import SignedRequest, requires
from portal.actions.batches import day_of
from portal.rules.roles import Permission

LIMIT_WORDS = {1: "on a line", 2: "a day, absolute", 3: "a day, more with records"}  # the MAI of an MUE
SHOWN_PRIMARIES = 12
NEVER = "0"  # modifier indicator of a pair


@requires(Permission.CODE, Permission.VERIFY)
@require_POST
@about_chart
def reference(request: SignedRequest, pk: int) -> HttpResponse:
    """About the posted `code`, a `kind` diagnosis or procedure, beside the codes of the `body`, saved or not."""
    encounter = working_on(request, pk)
    known = facts_of(encounter)
    try:
        asked = asked_about(request.POST, known)
    except BadBody as error:
        return render(request, "coding/code_problem.html", {"problem": str(error)}, status=422)
    return render(request, "coding/code_reference.html", reference_context(encounter, known, asked))


def reference_context(encounter: Encounter, known: PreCoding | None, asked: Asked) -> dict[str, Any]:
    """The words of the part; without a date of service no list answers."""
    if known is None:
        return {"code": asked.code, "day": None}
    today = day_of(encounter.practice, timezone.now())
    found = reference_of(
        encounter=encounter, known=known, coded=asked.coded, line=asked.line, code=asked.code, today=today
    )
    place = Place(found.system, known.date_from)
    return {
        "day": known.date_from,
        "code": place.dotted(found.code),
        "url": place.url(code=found.code),
        "fact": found.fact,
        "listed": found.listed,
        "list": found.system.label,
        **(diagnosis_words(found.code, place, found.diagnosis, asked) if found.diagnosis else {"notes": []}),
        **({"procedure": procedure_words(found.procedure, place)} if found.procedure else {"procedure": None}),
        "rulings": ruling_words(found),
    }


def diagnosis_words(code: str, place: Place, side: DiagnosisSide, asked: Asked) -> dict[str, Any]:
    others = [bare(line.code) for line in asked.coded.diagnoses if bare(line.code) != code]
    return {
        "notes": [with_named(notes_at(place, at, code), others) for at in side.notes],
        "tabular": side.tabular,
        "guideline": side.guideline,
        "counterparts": [
            {
                "label": dotted(other_revision(place.system), one.code) or "None",
                "title": one.title,
                "flags": ", ".join(one.flags),
                "url": counterpart_url(place, one.code),
            }
            for one in side.counterparts
        ],
        "other_list": other_revision(place.system).label,
        "mapping": side.mapping,
    }


def with_named(notes: dict[str, Any], codes: Iterable[str]) -> dict[str, Any]:
    """The notes of one place; beside each text the visit's other codes that it names."""
    codes = list(codes)
    return {
        "where": notes["where"],
        "kinds": [
            {
                "label": kind["label"],
                "texts": [
                    {"parts": parts, "named": dotted_all(named_of_visit("".join(p["words"] for p in parts), codes))}
                    for parts in kind["texts"]
                ],
            }
            for kind in notes["kinds"]
        ],
    }


def dotted_all(codes: Iterable[str]) -> str:
    return ", ".join(dotted(System.ICD10CM, code) for code in codes)


def procedure_words(side: ProcedureSide, place: Place) -> dict[str, Any]:
    limit, add_on = side.limit, side.add_on
    return {
        "partners": [partner_words(one, place) for one in side.partners],
        "pairs": side.pairs,
        "limit": f"{units(limit.units)} {LIMIT_WORDS[limit.adjudication]} (MAI {limit.adjudication})" if limit else "",
        "limit_why": limit.rationale if limit else "",
        "limit_source": limit.edition if limit else "",
        "add_on": primaries(add_on.kind, add_on.primaries) if add_on else "",
        "add_on_source": add_on.edition if add_on else "",
        "work": f"{side.values.work:.2f}" if side.values else "",
        "values": value_words(side.values) if side.values else "",
        "values_source": side.values.edition if side.values else "",
        "amount": amount_of(side),
        "steps": side.price.steps if side.price else (),
        "priced_by": side.priced_by,
        "support": [
            {"article": one.article, "title": one.title, "edition": one.edition,
             "covered": dotted_all(one.covered), "against": dotted_all(one.not_covered)}
            for one in side.support
        ],
    }  # fmt: skip


def partner_words(one: Partner, place: Place) -> dict[str, Any]:
    """A pair in a sentence: which of the two is paid, what a modifier does, and whether one is there."""
    pair = one.pair
    return {
        "label": one.code,
        "url": place.url(code=one.code),
        "role": "includes this code" if one.is_column_one else "is included in this code",
        "indicator": INDICATOR_WORDS[pair.indicator],
        "number": pair.indicator,
        "apart": "" if pair.indicator == NEVER else "a modifier separates them" if one.is_apart else "no modifier yet",
        "is_open": not one.is_apart,
        "why": pair.rationale,
        "since": pair.effective,
        "until": pair.deleted_on,
        "source": pair.edition,
    }


def units(count: int) -> str:
    return f"{count} {'unit' if count == 1 else 'units'}"


def primaries(kind: int, codes: Iterable[str]) -> str:
    """To what an add-on code is added."""
    names = sorted(codes)
    if kind == 2 or names == ["CCCCC"]:  # noqa: PLR2004  (NCCI's type 2)
        return "Add-on code; the contractor decides to which codes"
    more = " and others" if len(names) > SHOWN_PRIMARIES else ""
    return f"Add-on code to {', '.join(names[:SHOWN_PRIMARIES])}{more}"


def value_words(values: RelativeValue) -> str:
    """The row of the fee schedule besides the work: its expenses, package and status."""
    parts = [
        f"office expense {values.office_expense:.2f}", f"facility {values.facility_expense:.2f}",
        f"malpractice {values.malpractice:.2f}",
    ]  # fmt: skip
    parts += [f"global {values.global_days}"] if values.global_days else []
    return ", ".join([*parts, f"status {values.status}"])


def amount_of(side: ProcedureSide) -> str:
    if side.price is None:
        return ""
    return "no price" if side.price.amount is None else f"${side.price.amount:.2f}"


def ruling_words(found: Reference) -> list[dict[str, Any]]:
    return [
        {"number": one.number, "label": f"R-{one.number:04d}", "text": one.text, "since": one.starts_on}
        for one in found.rulings
    ]
