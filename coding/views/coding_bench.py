"""The coding bench: diagnoses and procedures beside the pages, checked after each change."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from coding.actions.coding import submit_coding
from coding.actions.drafts import DraftChanged, draft_of, save_draft
from coding.actions.findings import HardFindings, check_coding
from coding.actions.moves import AlreadyMoved
from coding.actions.queue import LeaseLost
from coding.actions.tables import facts
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
    letters,
)
from coding.models import Assignment, Draft, Encounter, PreCoding, Verification
from coding.rules.codings import (
    DIAGNOSIS_LIMIT,
    CodedEncounter,
    System,
    diagnosis_system,
    dotted,
)
from coding.rules.edits import Finding, Part, Severity
from coding.rules.lifecycle import Stage
from coding.views.bench import (
    Bench,
    bench_of,
    go_on,
    posted_assignment,
    posted_version,
    said_before,
    shown,
)
from coding.views.late import draft_rows, keep_late_form
from coding.views.prices import prices_context
from coding.views.worksheet import result_context, worksheet_context
from portal.access import SignedRequest, found, refuse, requires
from portal.rules.roles import Permission

EMPTY: Body = {"diagnoses": [], "procedures": [], "comment": "", "worksheet": {}}
WORDS = {Severity.HARD: "Fix", Severity.CHECK: "Check", Severity.INFO: "Info"}


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
    return body_of(own.coded(), worksheet=own.worksheet) if own else EMPTY


def act(request: SignedRequest, pk: int) -> HttpResponse:
    assignment, at = posted_assignment(request, pk), timezone.now()
    try:
        body = body_from(request.POST)
    except BadBody as error:
        return again(request, pk, None, problem=str(error))
    if request.POST.get("action") in {"save", "check"}:
        return save(request, assignment, body)
    if changed_elsewhere(request, assignment):
        return again(request, pk, body, changed=True)
    try:
        submit_coding(
            assignment=assignment, by=request.user, at=at, coded=coded_of(assignment.encounter, body),
            comment=body["comment"], worksheet=body["worksheet"],
        )  # fmt: skip
    except HardFindings:
        return again(request, pk, body)
    except (LeaseLost, AlreadyMoved):
        return late(request, pk, body)
    return go_on(
        request, f"{assignment.encounter.label} submitted.", take_another=request.POST.get("action") != "submit"
    )


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
    """Whether another tab has saved a draft that this form has not seen, while the lease lives."""
    if assignment.ended_at is not None or assignment.lease_until <= timezone.now():
        return False  # too late anyway: the action refuses it, and the newer draft is shown beside what was sent
    stored = draft_of(encounter=assignment.encounter, stage=Stage(assignment.stage), author=request.user)
    return stored is not None and stored.version != posted_version(request)


def again(
    request: SignedRequest, pk: int, body: Body | None, *, problem: str = "", changed: bool = False
) -> HttpResponse:
    """The bench with what was sent, and why it was not taken."""
    bench = bench_of(request, pk, Stage.CODING)
    status = 409 if changed else 422
    return page(
        request, bench, body or bench.body() or start_of(bench), status=status, problem=problem, changed=changed
    )


def late(request: SignedRequest, pk: int, body: Body) -> HttpResponse:
    """The lease is gone: the draft is kept unless a newer one is, the bench shown read-only."""
    bench, newer = keep_late_form(request, bench_of(request, pk, Stage.CODING), body)
    return page(request, bench, body, status=409, newer=newer)


def page(  # noqa: PLR0913  (the one place where a bench is drawn)
    request: SignedRequest, bench: Bench, body: Body, *, status: int = 200, problem: str = "", changed: bool = False,
    newer: Draft | None = None,
) -> HttpResponse:  # fmt: skip
    context = shown(
        bench,
        **list_context(bench.encounter, body),
        problem=problem,
        refused=status == 422 and not problem,  # noqa: PLR2004  (Unprocessable)
        changed=changed,
        newer=draft_rows(newer),
        said=said_before(request),
        returned=last_return(bench.encounter),
    )
    if context["returned"] and context["told"] and context["told"]["move"] == "return_to_coder":
        context["told"] = None  # the banner with the differences says it
    return render(request, "coding/code.html", context, status=status)


def last_return(encounter: Encounter) -> dict[str, Any] | None:
    """Why verification sent the encounter back, if its last word was that."""
    last = Verification.objects.filter(encounter=encounter).select_related("verifier").order_by("-at", "-pk").first()
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


def title_in(known: dict[str, Any], code: str) -> str:
    return known[code].title if code in known else ""


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


# -- findings --------------------------------------------------------------------------------------------


def findings_context(found_: tuple[Finding, ...], day: date | None) -> dict[str, Any]:
    """The findings in the words of the page."""
    words = words_of_fixes([finding.fix.after for finding in found_ if finding.fix], day)
    rows = [finding_row(finding, words) for finding in found_]
    fixes = 0
    for row in rows:
        if row["fix"]:
            fixes += 1
            row["number"] = fixes
            row["key"] = f"alt+{fixes}" if fixes < 10 else ""  # noqa: PLR2004  (digits)
    hard = sum(row["kind"] == "hard" for row in rows)
    return {
        "findings": rows,
        "quiet": False,
        "hard_count": hard,
        "findings_words": findings_words(hard, len(rows)),
        "has_day": day is not None,
    }


def findings_words(hard: int, every: int) -> str:
    if not every:
        return "Nothing to fix"
    parts = ((hard, "to fix"), (every - hard, "to look at"))
    return ", ".join(f"{count} {words}" for count, words in parts if count)


def words_of_fixes(codings: list[CodedEncounter], day: date | None) -> dict[str, dict[str, str]]:
    """What a bench shows of each code that some fix would leave or put on the list, by code."""
    if not codings:
        return {}
    lists = {
        diagnosis_system(day) if day else System.ICD10CM: {line.code for one in codings for line in one.diagnoses},
        System.PROCEDURE: {line.code for one in codings for line in one.procedures},
    }
    found: dict[str, dict[str, str]] = {}
    for system, codes in lists.items():
        known = facts(codes, system=system, on=day) if day else {}
        found |= {code: {"dotted": dotted(system, code), "title": title_in(known, code)} for code in codes}
    return found


def body_with_words(coded: CodedEncounter, words: dict[str, dict[str, str]]) -> dict[str, Any]:
    body = body_of(coded)
    return {part: [{**line, **words[line["code"]]} for line in body[part]] for part in ("diagnoses", "procedures")}


def finding_row(finding: Finding, words: dict[str, dict[str, str]]) -> dict[str, Any]:
    fix = finding.fix
    return {
        "kind": finding.severity.value,
        "word": WORDS[finding.severity],
        "text": finding.text,
        "source": finding.source,
        "target": target_of(finding),
        "fix": json.dumps(body_with_words(fix.after, words)) if fix else "",
        "fix_label": fix.label if fix else "",
        "key": "",
    }


def target_of(finding: Finding) -> str:
    """The id of the row that a finding is about."""
    place = finding.place
    if place is None or place.part is Part.ENCOUNTER or not place.number:
        return ""
    return f"line-{'d' if place.part is Part.DIAGNOSIS else 'p'}{place.number}"


@requires(Permission.CODE, Permission.VERIFY)
@require_POST
def findings(request: SignedRequest, pk: int) -> HttpResponse:
    """The findings about a list of codes that is not saved yet, as a part of the page."""
    encounter = working_on(request, pk)
    try:
        body = body_from(request.POST)
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
