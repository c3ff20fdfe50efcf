"""The coding bench: diagnoses and procedures beside the pages, checked after each change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from coding.actions.coding import submit_coding
from coding.actions.drafts import DraftChanged, draft_of, save_draft
from coding.actions.evidence import passage_count, true_evidence
from coding.actions.findings import HardFindings, ReasonMissing, check_coding
from coding.actions.moves import AlreadyMoved
from coding.actions.queue import LeaseLost, hold_lease
from coding.actions.suggesting import earlier_rejections
from coding.actions.tables import facts
from coding.actions.undoing import submit_undoably
from coding.forms.bad_body import BadBody
from coding.forms.coding import (
    BLANK_ROWS,
    DIAGNOSIS_ROWS,
    LETTERS,
    LINE_LIMIT,
    PROCEDURE_ROWS,
    Body,
    body_from,
    body_of,
    coded_from,
    decided_in,
    letters,
    with_kept,
)
from coding.models import Assignment, Draft, Encounter, PreCoding, Verification
from coding.rules.check_reasons import CheckReason
from coding.rules.codings import (
    DIAGNOSIS_LIMIT,
    CodedEncounter,
    System,
    diagnosis_system,
    dotted,
)
from coding.rules.lifecycle import Stage
from coding.views.about_chart import about_chart
from coding.views.bench import (
    Bench,
    bench_of,
    go_on,
    posted_in_turn,
    posted_version,
    said_before,
    shown,
)
from coding.views.findings import findings_context, title_in
from coding.views.late import draft_rows, keep_late_form
from coding.views.prices import prices_context
from coding.views.suggested_rows import REJECT_REASONS, suggested_rows
from coding.views.worksheet import result_context, worksheet_context
from portal.access import SignedRequest, found, refuse, requires
from portal.rules.roles import Permission

EMPTY: Body = {"diagnoses": [], "procedures": [], "comment": "", "worksheet": {}}


@requires(Permission.CODE)
@require_http_methods(["GET", "POST"])
def code(request: SignedRequest, pk: int) -> HttpResponse:
    """Show the bench; on POST save the draft, or submit and go on."""
    if request.method == "POST":
        return act(request, pk)
    bench = bench_of(request, pk, Stage.CODING)
    return page(request, bench, bench.body() or start_of(bench))


def start_of(bench: Bench) -> Body:
    """The coder's own last version when the encounter came back, else nothing."""
    own = bench.encounter.codings.filter(stage=Stage.CODING, author=bench.assignment.user).order_by("-version").first()
    if own is None:
        return EMPTY
    rejected = earlier_rejections(own)
    return {**body_of(own.coded(), worksheet=own.worksheet), **({"rejected": rejected} if rejected else {})}


def act(request: SignedRequest, pk: int) -> HttpResponse:
    assignment, at = posted_in_turn(request, pk), timezone.now()
    try:
        body = posted_body(request, assignment.encounter, lambda: earlier_work(assignment))
    except BadBody as error:
        return again(request, pk, None, problem=str(error))
    if request.POST.get("action") in {"save", "check"}:
        return save(request, assignment, body)
    if changed_elsewhere(request, assignment):
        return again(request, pk, body, changed=True)
    try:
        sent = submit_undoably(
            submit_coding, assignment=assignment, by=request.user, at=at, draft=body,
            coded=coded_of(assignment.encounter, body), comment=body["comment"], worksheet=body["worksheet"],
            reason=posted_reason(request), decided=decided_in(body),
        )  # fmt: skip
    except (HardFindings, ReasonMissing) as refusal:
        return again(request, pk, body, asks_reason=isinstance(refusal, ReasonMissing))
    except (LeaseLost, AlreadyMoved):
        return late(request, pk, body)
    return go_on(
        request, f"{assignment.encounter.label} submitted.", take_another=request.POST.get("action") != "submit",
        sent=sent,
    )  # fmt: skip


def posted_body(request: SignedRequest, encounter: Encounter, earlier: Callable[[], Body] | None = None) -> Body:
    """The codes of a posted form with their evidence as the pages have it, or BadBody.

    The rows of a form without scripts say nothing of evidence: they keep that of `earlier` work on the same codes.
    """
    body = body_from(request.POST)
    if "body" not in request.POST and earlier is not None:
        body = with_kept(body, earlier())
    return true_evidence(encounter=encounter, body=body)


def earlier_work(assignment: Assignment) -> Body:
    """What the person has so far: their draft, else the version that the bench began with."""
    encounter, stage = assignment.encounter, Stage(assignment.stage)
    draft = draft_of(encounter=encounter, stage=stage, author=assignment.user)
    if draft is not None:
        kept: Body = draft.body
        return kept
    last = encounter.codings.filter(stage=Stage.CODING).order_by("-version").first()
    return body_of(last.coded(), worksheet=last.worksheet) if last else EMPTY


def posted_reason(request: SignedRequest) -> CheckReason | None:
    """Why it is submitted although something is to be checked; None for no known reason."""
    given = request.POST.get("check_reason", "")
    return CheckReason(given) if given in list(CheckReason) else None


def save(request: SignedRequest, assignment: Assignment, body: Body) -> HttpResponse:
    """The draft, kept from the form that needs no scripts."""
    pk, at = assignment.encounter_id, timezone.now()
    try:
        save_draft(assignment=assignment, by=request.user, version=posted_version(request), body=body, at=at)
    except DraftChanged:
        return again(request, pk, body, changed=True)
    except LeaseLost:
        return late(request, pk, body)
    return redirect("coding:code", pk=pk)


def changed_elsewhere(request: SignedRequest, assignment: Assignment) -> bool:
    """Whether another window has saved a draft that this form has not seen; until the request ends none can."""
    try:
        hold_lease(assignment=assignment, by=request.user, at=timezone.now())
    except LeaseLost:
        return False  # the action refuses it, and the newer draft is shown beside what was sent
    stored = draft_of(encounter=assignment.encounter, stage=Stage(assignment.stage), author=request.user)
    return stored is not None and stored.version != posted_version(request)


def again(  # noqa: PLR0913  (what can be wrong)
    request: SignedRequest, pk: int, body: Body | None, *, problem: str = "", changed: bool = False,
    asks_reason: bool = False,
) -> HttpResponse:  # fmt: skip
    """The bench with what was sent, and why it was not taken."""
    bench = bench_of(request, pk, Stage.CODING)
    return page(
        request, bench, body or bench.body() or start_of(bench), status=409 if changed else 422, problem=problem,
        changed=changed, asks_reason=asks_reason,
    )  # fmt: skip


def late(request: SignedRequest, pk: int, body: Body) -> HttpResponse:
    """The lease is gone: the draft is kept unless a newer one is, the bench shown read-only."""
    bench, newer = keep_late_form(request, bench_of(request, pk, Stage.CODING), body)
    return page(request, bench, body, status=409, newer=newer)


def page(  # noqa: PLR0913  (the one place where a bench is drawn)
    request: SignedRequest, bench: Bench, body: Body, *, status: int = 200, problem: str = "", changed: bool = False,
    newer: Draft | None = None, asks_reason: bool = False,
) -> HttpResponse:  # fmt: skip
    context = shown(
        bench,
        **list_context(bench.encounter, body),
        problem=problem,
        refused=status == 422 and not problem and not asks_reason,  # noqa: PLR2004  (Unprocessable)
        asks_reason=asks_reason,
        note_missing=asks_reason and posted_reason(request) is CheckReason.NOTE,
        check_reasons=[{"value": one.value, "label": one.label, "key": n} for n, one in enumerate(CheckReason, 1)],
        changed=changed,
        newer=draft_rows(newer),
        said=said_before(request),
        returned=last_return(bench.encounter),
    )
    context["state"]["suggestions"] = suggested_rows(bench.encounter, context["facts"] and context["facts"].date_from)
    if context["returned"] and context["told"] and context["told"]["move"] == "return_to_coder":
        context["told"] = None  # the banner with the differences says it
    return render(request, "coding/code.html", context, status=status)


def last_return(encounter: Encounter) -> dict[str, Any] | None:
    """Why verification sent the encounter back, if its last word was that."""
    words = Verification.objects.filter(encounter=encounter).exclude(submissions__taken_back_at__isnull=False)
    last = words.select_related("verifier").order_by("-at", "-pk").first()
    if last is None or last.verdict != "returned":
        return None
    rows = last.discrepancies.order_by("position")
    return {"by": last.verifier.name, "comment": last.comment, "differences": [difference_row(row) for row in rows]}


def difference_row(row: Any) -> dict[str, str]:
    """A stored or computed difference in words: glyph, class and label of its kind."""
    tone, glyph = KINDS.get(str(row.kind), ("changed", "~"))
    label = str(row.kind).replace("_", "-" if row.kind in {"up_coded", "down_coded"} else " ").capitalize()
    return {"tone": tone, "glyph": glyph, "label": label, "coder": row.coder_value, "verifier": row.verifier_value}


# Row class and glyph of docs/components.md for each kind of difference.
KINDS = {
    "missed": ("missed", "+"),
    "unsupported": ("unsupported", "-"),
    "changed": ("changed", "~"),
    "up_coded": ("changed", "▲"),
    "down_coded": ("changed", "▼"),
    "modifier": ("changed", "~"),
    "units": ("changed", "~"),
    "pointer": ("changed", "~"),
    "sequence": ("moved", "~"),
}


# -- what the list of codes shows -----------------------------------------------------------------------


def facts_of(encounter: Encounter) -> PreCoding | None:
    rows = PreCoding.objects.filter(encounter=encounter)
    return rows.select_related("rendering_provider", "referring_provider", "payer", "location", "practice").first()


def coded_of(encounter: Encounter, body: Body) -> CodedEncounter:
    """The body with what pre-coding knows about the visit."""
    known = facts_of(encounter)
    return coded_from(body, known.visit() if known else CodedEncounter(date_of_service=None))


def list_context(encounter: Encounter, body: Body) -> dict[str, Any]:
    """The list of codes, the facts above it and the findings below it."""
    sent, body = body, true_evidence(encounter=encounter, body=body)
    known, coded = facts_of(encounter), coded_of(encounter, body)
    day = known.date_from if known else None
    state = titled(body, day)
    system = diagnosis_system(day) if day else System.ICD10CM
    return {
        "facts": known,
        "likely_modifiers": " ".join(known.modifiers) if known else "",
        "day": day.isoformat() if day else "",
        "system": system.value,
        "system_label": system.label,
        "state": state,
        "reject_reasons": REJECT_REASONS,
        "evidence_gone": passage_count(sent) - passage_count(body),
        "comment": body.get("comment", ""),
        "diagnosis_rows": diagnosis_rows(state),
        "procedure_rows": procedure_rows(state),
        **findings_context(check_coding(encounter=encounter, coded=coded), day),
        **worksheet_context(body.get("worksheet", {}), coded, known.visit_type if known else ""),
        **prices_context(coded, known),
        # A blank list is not wrong before it is submitted.
        "quiet": day is not None and not state["diagnoses"] and not state["procedures"],
    }


def titled(body: Body, day: date | None) -> dict[str, Any]:
    """The body with each code's title and dotted form."""
    system = diagnosis_system(day) if day else System.ICD10CM
    lines = body.get("diagnoses", []), body.get("procedures", [])
    titles = [
        facts((line["code"] for line in some), system=of, on=day) if day else {}
        for some, of in zip(lines, (system, System.PROCEDURE), strict=True)
    ]
    return {
        "rejected": body.get("rejected", {}),
        "worksheet_evidence": body.get("worksheet", {}).get("evidence", {}),
        "diagnoses": [
            {
                **line,
                "letter": LETTERS[place],
                "dotted": dotted(system, line["code"]),
                "title": title_in(titles[0], line["code"]),
            }
            for place, line in enumerate(lines[0])
        ],
        "procedures": [
            {
                **line,
                "letters": letters(line["pointers"]),
                "dotted": line["code"],
                "title": title_in(titles[1], line["code"]),
            }
            for line in lines[1]
        ],
    }


def diagnosis_rows(state: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of the plain form: the filled ones and some blank ones."""
    filled = state["diagnoses"]
    count = min(DIAGNOSIS_LIMIT, max(DIAGNOSIS_ROWS, len(filled) + BLANK_ROWS))
    return [
        {"number": place + 1, "letter": LETTERS[place], **(filled[place] if place < len(filled) else BLANK)}
        for place in range(count)
    ]


def procedure_rows(state: dict[str, Any]) -> list[dict[str, Any]]:
    filled = state["procedures"]
    count = min(LINE_LIMIT, max(PROCEDURE_ROWS, len(filled) + BLANK_ROWS))
    return [
        {"number": place + 1, **(written(filled[place]) if place < len(filled) else BLANK)} for place in range(count)
    ]


BLANK = {"dotted": "", "title": "", "modifiers": "", "units": "", "pointers": ""}


def written(line: dict[str, Any]) -> dict[str, Any]:
    """A procedure line as the plain form's texts."""
    return {**line, "modifiers": " ".join(line["modifiers"]), "pointers": letters(line["pointers"])}


@requires(Permission.CODE, Permission.VERIFY)
@require_POST
@about_chart
def findings(request: SignedRequest, pk: int) -> HttpResponse:
    """The findings about a list of codes that is not saved yet, as a part of the page."""
    encounter = working_on(request, pk)
    try:
        body = posted_body(request, encounter)
    except BadBody as error:
        return render(request, "coding/code_problem.html", {"problem": str(error)})
    coded = coded_of(encounter, body)
    return render(
        request,
        "coding/code_findings.html",
        {
            **findings_context(check_coding(encounter=encounter, coded=coded), coded.date_of_service),
            "em": result_context(body["worksheet"], coded, coded.visit_type),
            **prices_context(coded, facts_of(encounter)),
        },
    )


def working_on(request: SignedRequest, pk: int) -> Encounter:
    """An encounter that the person holds or held at a stage with codes; a form for another one is refused."""
    if request.POST.get("encounter") != str(pk):
        refuse(request, object_type="coding.encounter", object_id=str(pk), reason="other_encounter")
    rows = Encounter.objects.visible_to(request.user).filter(
        assignments__user=request.user, assignments__stage__in=[Stage.CODING, Stage.VERIFICATION]
    )
    encounter: Encounter = found(request, rows, pk=pk)
    return encounter
