"""The verification bench: one's own version beside the coder's, and the verdict."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from coding.actions.drafts import DraftChanged, save_draft
from coding.actions.findings import HardFindings, weights_for
from coding.actions.holds import CommentMissing
from coding.actions.moves import AlreadyMoved
from coding.actions.queue import LeaseLost, NotSuitable
from coding.actions.verification import ReasonsMissing, VerdictContradicts, give_verdict, judged_version
from coding.forms.bad_body import BadBody
from coding.forms.coding import Body, body_of
from coding.forms.judgements import judgements_in
from coding.models import Assignment, Coding, Encounter, Verdict
from coding.rules.discrepancies import keys_of
from coding.rules.judged_rows import undone
from coding.rules.lifecycle import Stage
from coding.views.bench import Bench, bench_of, go_on, posted_assignment, posted_version, said_before, shown
from coding.views.coding_bench import (
    EMPTY,
    changed_elsewhere,
    coded_of,
    earlier_work,
    list_context,
    posted_body,
    titled,
    working_on,
)
from coding.views.judging import choices, judging_context, sides_of
from coding.views.late import draft_rows, keep_late_form
from portal.access import SignedRequest, requires
from portal.actions.batches import day_of
from portal.rules.roles import Permission

RESUBMITTED = "The coder has sent a new version since you began. The rows are compared with it now; look, then judge."
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
    if key := request.POST.get("agree", ""):
        return save(request, assignment, agreed(assignment.encounter, body, key))
    if action not in Verdict.values:
        return save(request, assignment, body)
    if changed_elsewhere(request, assignment):
        return again(request, pk, body, changed=True)
    if is_outdated(assignment.encounter, body):
        return again(request, pk, body, problem=RESUBMITTED)
    return judge(request, assignment, body, Verdict(action))


def judge(request: SignedRequest, assignment: Assignment, body: Body, verdict: Verdict) -> HttpResponse:
    pk = assignment.encounter_id
    try:
        give_verdict(
            assignment=assignment, by=request.user, at=timezone.now(), verdict=verdict,
            coded=coded_of(assignment.encounter, body), comment=body["comment"],
            worksheet=body["worksheet"], judgements=judgements_in(body),
        )  # fmt: skip
    except HardFindings:
        return again(request, pk, body, refused=True)
    except CommentMissing:
        return again(
            request, pk, body, problem="Write what the coder should look at before you return it.", place="id_comment"
        )
    except ReasonsMissing as missing:
        return again(request, pk, body, problem=reasons_missing(len(missing.keys)), place="comparison")
    except VerdictContradicts:
        return again(request, pk, body, problem=contradiction(verdict))
    except NotSuitable:
        return again(request, pk, body, problem="Nobody verifies their own coding.")
    except (LeaseLost, AlreadyMoved):
        return late(request, pk, body)
    return go_on(request, f"{assignment.encounter.label} {SAID[verdict]}.")


def contradiction(verdict: Verdict) -> str:
    if verdict == Verdict.VERIFIED:
        return "Your version differs from the coder's: choose “Verified with corrections”, or undo your changes."
    return "Your version is the coder's: choose “Verified”, or make the correction first."


def reasons_missing(count: int) -> str:
    what = "One difference has" if count == 1 else f"{count} differences have"
    return f"{what} no reason of yours yet. What is proposed counts once you have confirmed it."


def is_outdated(encounter: Encounter, body: Body) -> bool:
    """Whether the coder has sent another version since this form was made."""
    judged = judged_version(encounter)
    return "coder_version" in body and judged is not None and body["coder_version"] != judged.version


def agreed(encounter: Encounter, body: Body, key: str) -> Body:
    """The body with one difference taken back; as it is if there is none of this key any more."""
    judged = judged_version(encounter)
    if judged is None:
        return body
    sides = sides_of(encounter, judged, coded_of(encounter, body))
    for one, its in zip(sides.found, keys_of(sides.found), strict=True):
        if its == key:
            return {**body, **lines_in(body_of(undone(sides.theirs, sides.mine, one, sides.found)))}
    return body


def lines_in(body: Body) -> Body:
    return {part: body[part] for part in ("diagnoses", "procedures")}


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
        **(table_of(bench.encounter, judged, body) if judged else NOTHING),
        **{"problem": "", "place": "", "changed": False, "refused": False, "newer": [], **notes},
        coder=judged.author.name if judged else "",
        coder_comment=judged.comment if judged else "",
        coder_checks=judged.checks if judged else [],
        coder_reason=judged.get_check_reason_display() if judged else "",
        said=said_before(request),
    )
    return render(request, "coding/verify.html", context, status=status)


NOTHING = {"comparison": None, "fitting": "", "judging": False, "coder_version": 0}


def table_of(encounter: Encounter, judged: Coding, body: Body) -> dict[str, Any]:
    """Coder, difference, verifier, reason, and the score of it all."""
    at = timezone.now()
    sides = sides_of(encounter, judged, coded_of(encounter, body))
    return {**judging_context(sides, body, at=at, on=day_of(encounter.practice, at)), **choices()}


@requires(Permission.VERIFY)
@require_POST
def compare(request: SignedRequest, pk: int) -> HttpResponse:
    """Coder, difference, verifier: the table for a version that is not saved yet, as a part of the page."""
    encounter = working_on(request, pk)
    judged = judged_version(encounter)
    try:
        body = posted_body(request, encounter)
    except BadBody as error:
        return render(request, "coding/code_problem.html", {"problem": str(error)}, status=422)
    if judged is None:
        return render(request, "coding/code_problem.html", {"problem": "There is nothing to compare with."}, status=422)
    return render(request, "coding/verify_table.html", table_of(encounter, judged, body))


@requires(Permission.VERIFY)
@require_POST
def agree(request: SignedRequest, pk: int) -> HttpResponse:
    """The lines of a version that is not saved yet with one difference taken back, as a bench shows them."""
    encounter = working_on(request, pk)
    try:
        body = posted_body(request, encounter)
    except BadBody as error:
        return JsonResponse({"message": str(error)}, status=422)
    after = agreed(encounter, body, request.POST.get("agree", ""))
    day = coded_of(encounter, after).date_of_service
    return JsonResponse(lines_in(titled(after, day)))
