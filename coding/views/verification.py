"""The verification bench: one's own version beside the coder's, and the verdict."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from coding.actions.drafts import DraftChanged, save_draft
from coding.actions.findings import HardFindings, weights_for
from coding.actions.holds import CommentMissing
from coding.actions.moves import AlreadyMoved
from coding.actions.queue import LeaseLost, NotSuitable
from coding.actions.undoing import submit_undoably
from coding.actions.verification import VerdictContradicts, give_verdict, judged_version
from coding.forms.bad_body import BadBody
from coding.forms.coding import Body, body_of
from coding.models import Assignment, Encounter, Verdict
from coding.rules.codings import CodedEncounter, diagnosis_system, dotted
from coding.rules.discrepancies import Discrepancy, Part
from coding.rules.discrepancies import compare as differences_of
from coding.rules.lifecycle import Stage
from coding.views.about_chart import about_chart
from coding.views.bench import Bench, bench_of, go_on, posted_assignment, posted_version, said_before, shown
from coding.views.coding_bench import (
    EMPTY,
    changed_elsewhere,
    coded_of,
    difference_row,
    earlier_work,
    list_context,
    posted_body,
    working_on,
)
from coding.views.late import draft_rows, keep_late_form
from portal.access import SignedRequest, requires
from portal.rules.roles import Permission

SAID = {
    Verdict.VERIFIED: "verified",
    Verdict.CORRECTED: "verified with corrections",
    Verdict.RETURNED: "returned to the coder",
}


@requires(Permission.VERIFY)
@require_http_methods(["GET", "POST"])
def verify(request: SignedRequest, pk: int) -> HttpResponse:
    """Show the bench; on POST save the draft, compare, or give the verdict and go on."""
    if request.method == "POST":
        return act(request, pk)
    bench = bench_of(request, pk, Stage.VERIFICATION)
    return page(request, bench, bench.body() or start_of(bench.encounter))


def start_of(encounter: Encounter) -> Body:
    """A copy of the coder's version, to be corrected."""
    judged = judged_version(encounter)
    return body_of(judged.coded(), worksheet=judged.worksheet) if judged else EMPTY


def act(request: SignedRequest, pk: int) -> HttpResponse:
    assignment = posted_assignment(request, pk)
    try:
        body = posted_body(request, assignment.encounter, lambda: earlier_work(assignment))
    except BadBody as error:
        return again(request, pk, None, problem=str(error))
    action = request.POST.get("action", "")
    if action not in Verdict.values:
        return save(request, assignment, body)
    if changed_elsewhere(request, assignment):
        return again(request, pk, body, changed=True)
    return judge(request, assignment, body, Verdict(action))


def judge(request: SignedRequest, assignment: Assignment, body: Body, verdict: Verdict) -> HttpResponse:
    pk = assignment.encounter_id
    try:
        sent = submit_undoably(
            give_verdict, assignment=assignment, by=request.user, at=timezone.now(), draft=body, verdict=verdict,
            coded=coded_of(assignment.encounter, body), comment=body["comment"],
            worksheet=body["worksheet"],
        )  # fmt: skip
    except HardFindings:
        return again(request, pk, body, refused=True)
    except CommentMissing:
        return again(
            request, pk, body, problem="Write what the coder should look at before you return it.", place="id_comment"
        )
    except VerdictContradicts:
        return again(request, pk, body, problem=contradiction(verdict))
    except NotSuitable:
        return again(request, pk, body, problem="Nobody verifies their own coding.")
    except (LeaseLost, AlreadyMoved):
        return late(request, pk, body)
    return go_on(request, f"{assignment.encounter.label} {SAID[verdict]}.", sent=sent)


def contradiction(verdict: Verdict) -> str:
    if verdict == Verdict.VERIFIED:
        return "Your version differs from the coder's: choose “Verified with corrections”, or undo your changes."
    return "Your version is the coder's: choose “Verified”, or make the correction first."


def save(request: SignedRequest, assignment: Assignment, body: Body) -> HttpResponse:
    """The draft, kept from the form that needs no scripts; the page then compares."""
    pk, at = assignment.encounter_id, timezone.now()
    try:
        save_draft(assignment=assignment, by=request.user, version=posted_version(request), body=body, at=at)
    except DraftChanged:
        return again(request, pk, body, changed=True)
    except LeaseLost:
        return late(request, pk, body)
    return redirect("coding:verify", pk=pk)


def again(  # noqa: PLR0913  (what can be wrong)
    request: SignedRequest, pk: int, body: Body | None, *, problem: str = "", place: str = "", changed: bool = False,
    refused: bool = False,
) -> HttpResponse:  # fmt: skip
    """The bench with what was sent, and why it was not taken."""
    bench = bench_of(request, pk, Stage.VERIFICATION)
    body = body or bench.body() or start_of(bench.encounter)
    status = 409 if changed else 422
    return page(request, bench, body, status=status, problem=problem, place=place, changed=changed, refused=refused)


def late(request: SignedRequest, pk: int, body: Body) -> HttpResponse:
    """The lease is gone: the draft is kept unless a newer one is, the bench shown read-only."""
    bench, newer = keep_late_form(request, bench_of(request, pk, Stage.VERIFICATION), body)
    return page(request, bench, body, status=409, newer=draft_rows(newer))


def page(request: SignedRequest, bench: Bench, body: Body, *, status: int = 200, **notes: Any) -> HttpResponse:
    judged = judged_version(bench.encounter)
    context = shown(
        bench,
        **list_context(bench.encounter, body),
        **comparison(bench.encounter, coded_of(bench.encounter, body)),
        **{"problem": "", "place": "", "changed": False, "refused": False, "newer": [], **notes},
        coder=judged.author.name if judged else "",
        coder_comment=judged.comment if judged else "",
        coder_version=judged.version if judged else 0,
        coder_checks=judged.checks if judged else [],
        coder_reason=judged.get_check_reason_display() if judged else "",
        said=said_before(request),
    )
    return render(request, "coding/verify.html", context, status=status)


@requires(Permission.VERIFY)
@require_POST
@about_chart
def compare(request: SignedRequest, pk: int) -> HttpResponse:
    """Coder, difference, verifier: the table for a version that is not saved yet, as a part of the page."""
    encounter = working_on(request, pk)
    try:
        body = posted_body(request, encounter)
    except BadBody as error:
        return render(request, "coding/code_problem.html", {"problem": str(error)}, status=422)
    return render(request, "coding/verify_table.html", comparison(encounter, coded_of(encounter, body)))


# -- the table ----------------------------------------------------------------------------------------


def comparison(encounter: Encounter, mine: CodedEncounter) -> dict[str, Any]:
    """Every line of both versions, side by side, with what differs."""
    judged = judged_version(encounter)
    theirs = judged.coded() if judged else CodedEncounter(date_of_service=mine.date_of_service)
    differences = differences_of(theirs, mine, weights_for(theirs, mine))
    return {
        "comparison": [
            *part_rows(Part.DIAGNOSIS, theirs, differences),
            *part_rows(Part.PROCEDURE, theirs, differences),
        ],
        "differences": len(differences),
        "differences_words": words(len(differences)),
        "fitting": (Verdict.CORRECTED if differences else Verdict.VERIFIED).value,
    }


def words(count: int) -> str:
    if not count:
        return "Both versions agree"
    return f"{count} {'difference' if count == 1 else 'differences'}"


def part_rows(part: Part, theirs: CodedEncounter, differences: tuple[Discrepancy, ...]) -> list[dict[str, Any]]:
    """The rows of one kind of line: those that agree, and one for each difference, in the coder's order."""
    own = [one for one in differences if one.part is part]
    told_theirs = {one.coder_place for one in own}
    rows = [
        (
            one.coder_place or one.verifier_place or 0,
            0 if one.coder_place else 1,
            {**difference_row(one), "part": part.value},
        )
        for one in own
    ]
    rows += [
        (
            place,
            0,
            {"tone": "agree", "glyph": "=", "label": "Agree", "coder": text, "verifier": text, "part": part.value},
        )
        for place, text in enumerate(lines_of(part, theirs), start=1)
        if place not in told_theirs
    ]
    return [row for *_, row in sorted(rows, key=lambda row: row[:2])]


def lines_of(part: Part, coded: CodedEncounter) -> list[str]:
    """The lines of a version as people read them."""
    if part is Part.PROCEDURE:
        return ["-".join([line.code, *line.modifiers]) for line in coded.procedures]
    day = coded.date_of_service
    return [dotted(diagnosis_system(day), line.code) if day else line.code for line in coded.diagnoses]
