"""What is known of a visit, on the bench of pre-coding: the form filled in, candidates to choose, words taken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from coding.actions.fact_origins import true_marks
from coding.actions.leases import LeaseLost
from coding.actions.queue import renew_lease
from coding.forms.known_facts import filled_texts, marks_in
from coding.forms.precoding import FACTS, PrecodingForm, text_of
from coding.models import Assignment, Encounter, EncounterPage, FactOrigin, PreCoding
from coding.rules.evidence import Passage
from coding.rules.fact_origins import How, Origin, origins_of
from coding.rules.visit_facts import Candidate, Practice
from coding.rules.visit_facts import text_of as text_of_words
from coding.views.bench import Bench, posted_assignment
from coding.views.pages import anchor_of
from coding.visit_facts import facts_known, practice_of, received_on
from portal.access import SignedRequest, requires
from portal.models import User
from portal.rules.roles import Permission

# The bench's fields in their order: heading, and name and width of each.
GROUPS = (
    ("Patient", (("patient_name", "wide"), ("birth_date", ""), ("sex", ""), ("account_number", ""))),
    (
        "Visit",
        (
            ("date_from", ""), ("date_to", ""), ("visit_type", ""), ("rendering_provider", "half"),
            ("referring_provider", "half"), ("location", "half"), ("place_of_service", "quarter"),
            ("modifiers", "quarter"),
        ),
    ),
    ("Coverage", (("payer", "half"), ("member_id", "half"))),
)  # fmt: skip


def empty_form(bench: Bench, user: User) -> PrecodingForm:
    """The bench's form before anything is sent: the draft, or what was pre-coded before, or what is known."""
    known = facts_known(bench.encounter)
    start = bench.body() or kept_facts(bench.encounter) or filled_texts(known)
    return PrecodingForm(encounter=bench.encounter, user=user, initial=start, known=known)


def kept_facts(encounter: Encounter) -> dict[str, str]:
    """What pre-coding wrote down before the encounter came back to it."""
    facts = PreCoding.objects.filter(encounter=encounter).first()
    return text_of(facts) if facts else {}


def sent_form(data: Any, encounter: Encounter, user: User) -> PrecodingForm:
    """The form as it was sent, beside what is known now."""
    return PrecodingForm(data, encounter=encounter, user=user, known=facts_known(encounter))


def origins_in(form: PrecodingForm, encounter: Encounter) -> list[Origin]:
    """Where each fact of a valid form is from."""
    marked = true_marks(encounter=encounter, marked=marks_in(form.cleaned_data["marked"]))
    return list(origins_of(form.texts(), form.known, marked))


def facts_context(form: PrecodingForm) -> dict[str, Any]:
    """What templates/coding/precode.html shows of the fields and of what is known."""
    return {
        "groups": [(heading, [row_of(form, name, size) for name, size in rows]) for heading, rows in GROUPS],
        "known": {name: known_row(form, name) for name in FACTS},
    }


def row_of(form: PrecodingForm, name: str, size: str) -> dict[str, Any]:
    """One field, and for a page without scripts what is offered for it."""
    facts = form.known.get(name)
    offered = facts.candidates if facts is not None and not facts.fills else ()
    return {"field": form[name], "size": size, "offered": [f"{one.shown} ({one.said})" for one in offered]}


def known_row(form: PrecodingForm, name: str) -> dict[str, Any]:
    """A field for the bench's script."""
    facts, field = form.known.get(name), form.fields[name]
    candidates = facts.candidates if facts is not None else ()
    return {
        "label": str(field.label),
        "required": field.required,
        "filled": form.were_filled.get(name, ""),
        "candidates": [candidate_row(one) for one in candidates],
    }


def candidate_row(one: Candidate) -> dict[str, Any]:
    return {
        "value": one.value,
        "shown": one.shown,
        "said": one.said,
        "confidence": one.confidence,
        "passages": [passage_row(passage) for passage in one.passages],
    }


def passage_row(passage: Passage) -> dict[str, Any]:
    return {"page": passage.page, "number": passage.number, "boxes": passage.boxes, "quote": passage.quote}


def origins_of_visit(encounter: Encounter) -> list[dict[str, Any]]:
    """Where the facts of a visit are from, a row a field; nothing before its pre-coding."""
    rows = FactOrigin.objects.filter(precoding__encounter=encounter)
    placed = EncounterPage.objects.filter(encounter=encounter).select_related("page", "addendum").order_by("position")
    places = {place.page_id: (number, anchor_of(place)) for number, place in enumerate(placed, start=1)}
    labels = {name: str(field.label) for name, field in PrecodingForm.base_fields.items()}
    return [
        {
            "label": labels.get(row.field, row.field),
            "how": How(row.how).label,
            "said": row.said,
            "offered": row.offered,
            "passages": [
                {"place": places[one["page"]][0], "anchor": places[one["page"]][1], "quote": one["quote"]}
                for one in row.passages[:1]
                if one["page"] in places
            ],
        }
        for row in sorted(rows, key=lambda row: FACTS.index(row.field))
    ]


def stood_for_by(encounter: Encounter) -> str:
    """Who stands for the facts of a visit, in a sentence: the service's own people are told."""
    row = FactOrigin.objects.filter(precoding__encounter=encounter).select_related("confirmed_by").first()
    return (
        f"Confirmed by {row.confirmed_by.name}, {timezone.localtime(row.confirmed_at):%m/%d/%Y %H:%M}." if row else ""
    )


@requires(Permission.PRECODE)
@require_POST
def read_fact(request: SignedRequest, pk: int) -> HttpResponse:
    """Words that were taken from the pages for a field, as its text: one, several to choose from, or none.

    404 for another's encounter, 409 if the lease is lost, 422 for what cannot be read.
    """
    assignment = posted_assignment(request, pk)
    try:
        renew_lease(assignment_id=assignment.pk, by=request.user, at=timezone.now())
    except LeaseLost:
        return JsonResponse({"lost": True}, status=409)
    field = request.POST.get("field", "")
    marked = marks_in(json.dumps({field: {"passages": passages_sent(request)}})) if field in FACTS else {}
    true = true_marks(encounter=assignment.encounter, marked=marked).get(field)
    if true is None:
        return JsonResponse({"message": "Nothing of this visit's pages is marked."}, status=422)
    return JsonResponse(
        {
            "values": list(values_of(field, true.passages, assignment)),
            "passages": [passage_row(passage) for passage in true.passages],
        }
    )


def passages_sent(request: SignedRequest) -> Any:
    """The passages of a request as they were sent; None if they are no JSON."""
    try:
        return json.loads(request.POST.get("passages", ""))
    except (ValueError, RecursionError):
        return None


def values_of(field: str, passages: tuple[Passage, ...], assignment: Assignment) -> Iterator[dict[str, str]]:
    """What the words of the passages say of a field, each with how people read it."""
    encounter = assignment.encounter
    practice, quote = practice_of(encounter), " ".join(passage.quote for passage in passages)
    for value in text_of_words(field, quote, practice=practice, on=received_on(encounter.chart)):
        yield {"value": value, "shown": shown_of(field, value, practice)}


def shown_of(field: str, value: str, practice: Practice) -> str:
    """A field's text as people read it: rows of lists by their names."""
    lists = {
        "rendering_provider": practice.providers, "referring_provider": practice.providers,
        "location": practice.locations, "payer": practice.payers,
    }  # fmt: skip
    return next((row.name for row in lists.get(field, ()) if row.key == value), value)
