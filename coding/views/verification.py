"""The verification bench: one's own version beside the coder's, and the verdict."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from coding.actions.drafts import DraftChanged, draft_of, save_draft
from coding.actions.findings import HardFindings
from coding.actions.holds import CommentMissing
from coding.actions.moves import AlreadyMoved
from coding.actions.queue import LeaseLost, NotSuitable
from coding.actions.samples import NothingCoded, is_blind, reveal_coding
from coding.actions.undoing import submit_undoably
from coding.actions.verification import ReasonsMissing, VerdictContradicts, give_verdict, judged_version
from coding.forms.bad_body import BadBody
from coding.forms.coding import Body, body_of
from coding.forms.judgements import judgements_in
from coding.models import Assignment, Coding, Encounter, Reveal, Sample, Verdict
from coding.rules.discrepancies import keys_of
from coding.rules.judged_rows import undone
from coding.rules.lifecycle import Stage
from coding.views.about_chart import about_chart
from coding.views.bench import Bench, bench_of, go_on, posted_in_turn, posted_version, said_before, shown
from coding.views.coding_bench import (
    EMPTY,
    changed_elsewhere,
    coded_of,
    list_context,
    posted_body,
    titled,
    working_on,
)
from coding.views.judging import choices, judging_context, sides_of
from coding.views.late import body_rows, draft_rows, keep_late_form
from portal.access import SignedRequest, requires
from portal.actions.batches import day_of
from portal.models import User
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
    return page(request, bench, bench.body() or start_of(bench.encounter, request.user))


def start_of(encounter: Encounter, user: User) -> Body:
    """A copy of the coder's version, to be corrected; nothing where it is not to be seen yet."""
    judged = judged_version(encounter)
    if judged is None or is_blind(judged, user):
        return EMPTY
    return body_of(judged.coded(), worksheet=judged.worksheet)


def earlier_work(assignment: Assignment) -> Body:
    """What the verifier has so far: their draft, else what the bench began with."""
    draft = draft_of(encounter=assignment.encounter, stage=Stage.VERIFICATION, author=assignment.user)
    return draft.body if draft else start_of(assignment.encounter, assignment.user)


def act(request: SignedRequest, pk: int) -> HttpResponse:
    assignment = posted_in_turn(request, pk)
    try:
        body = posted_body(request, assignment.encounter, lambda: earlier_work(assignment))
    except BadBody as error:
        return again(request, pk, None, problem=str(error))
    action = request.POST.get("action", "")
    judged = judged_version(assignment.encounter)
    if judged is not None and is_blind(judged, request.user):
        return act_blind(request, assignment, judged, body)
    if action not in Verdict.values:
        key = request.POST.get("agree", "")
        return save(request, assignment, agreed(assignment.encounter, body, key) if key else body)
    if changed_elsewhere(request, assignment):
        return again(request, pk, body, changed=True)
    return judge(request, assignment, body, Verdict(action))


def act_blind(request: SignedRequest, assignment: Assignment, judged: Coding, body: Body) -> HttpResponse:
    """Before the coder's version is shown there is only saving, and showing it."""
    pk, action = assignment.encounter_id, request.POST.get("action", "")
    if action in Verdict.values:
        return again(request, pk, body, problem="Look at the coder's codes before you judge.")
    if action != "reveal":
        return save(request, assignment, body)
    if changed_elsewhere(request, assignment):
        return again(request, pk, body, changed=True)
    try:
        reveal_coding(assignment=assignment, judged=judged, by=request.user, at=timezone.now(), body=body)
    except NothingCoded:
        return again(request, pk, body, problem="Code the visit first, then look.")
    except LeaseLost:
        return late(request, pk, body)
    return save(request, assignment, body)


def judge(request: SignedRequest, assignment: Assignment, body: Body, verdict: Verdict) -> HttpResponse:
    pk = assignment.encounter_id
    if is_outdated(assignment.encounter, body):
        return again(request, pk, body, problem=RESUBMITTED)
    try:
        sent = submit_undoably(
            give_verdict, assignment=assignment, by=request.user, at=timezone.now(), draft=body, verdict=verdict,
            coded=coded_of(assignment.encounter, body), comment=body["comment"],
            worksheet=body["worksheet"], judgements=judgements_in(body),
        )  # fmt: skip
    except HardFindings:
        return again(request, pk, body, refused=True)
    except (ReasonsMissing, CommentMissing, VerdictContradicts, NotSuitable) as refusal:
        problem, place = refusal_words(refusal, verdict)
        return again(request, pk, body, problem=problem, place=place)
    except (LeaseLost, AlreadyMoved):
        return late(request, pk, body)
    return go_on(request, f"{assignment.encounter.label} {SAID[verdict]}.", sent=sent)


def refusal_words(refusal: Exception, verdict: Verdict) -> tuple[str, str]:
    """What is wrong, and the place on the page where it is put right."""
    match refusal:
        case ReasonsMissing(keys=keys):
            return reasons_missing(len(keys)), "comparison"
        case CommentMissing():
            return "Write what the coder should look at before you return it.", "id_comment"
        case VerdictContradicts():
            return contradiction(verdict), ""
        case _:
            return "Nobody verifies their own coding.", ""


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
    body = body or bench.body() or start_of(bench.encounter, request.user)
    status = 409 if changed else 422
    return page(request, bench, body, status=status, problem=problem, place=place, changed=changed, refused=refused)


def late(request: SignedRequest, pk: int, body: Body) -> HttpResponse:
    """The lease is gone: the draft is kept unless a newer one is, the bench shown read-only."""
    bench, newer = keep_late_form(request, bench_of(request, pk, Stage.VERIFICATION), body)
    return page(request, bench, body, status=409, newer=draft_rows(newer))


def page(request: SignedRequest, bench: Bench, body: Body, *, status: int = 200, **notes: Any) -> HttpResponse:
    judged = judged_version(bench.encounter)
    blind = is_blind(judged, request.user)
    context = shown(
        bench,
        **list_context(bench.encounter, body),
        **(table_of(bench.encounter, judged, body) if judged and not blind else NOTHING),
        **{"problem": "", "place": "", "changed": False, "refused": False, "newer": [], **notes},
        **about_coder(judged, blind=blind),
        **sample_context(judged, request.user),
        blind=blind,
        said=said_before(request),
    )
    return render(request, "coding/verify.html", context, status=status)


def about_coder(judged: Coding | None, *, blind: bool) -> dict[str, Any]:
    """Who coded it and what they said to it; nothing while it is not to be seen."""
    if judged is None or blind:
        return {"coder": "", "coder_comment": "", "coder_checks": [], "coder_reason": ""}
    return {
        "coder": judged.author.name,
        "coder_comment": judged.comment,
        "coder_checks": judged.checks,
        "coder_reason": judged.get_check_reason_display(),
    }


def sample_context(judged: Coding | None, user: User) -> dict[str, Any]:
    """Why the version is verified, and what the reader had coded when they saw it."""
    sample = Sample.objects.filter(coding=judged).first() if judged else None
    reveal = Reveal.objects.filter(coding=judged, verifier=user).first() if judged else None
    return {
        "sample": sample.sampled().words if sample else "",
        "revealed_at": reveal.at if reveal else None,
        "revealed": ", ".join(f"{row['label']}: {row['text']}" for row in body_rows(reveal.body)) if reveal else "",
    }


NOTHING = {"comparison": None, "fitting": "", "judging": False, "coder_version": 0}


def table_of(encounter: Encounter, judged: Coding, body: Body) -> dict[str, Any]:
    """Coder, difference, verifier, reason, and the score of it all."""
    at = timezone.now()
    sides = sides_of(encounter, judged, coded_of(encounter, body))
    return {**judging_context(sides, body, at=at, on=day_of(encounter.practice, at)), **choices()}


@requires(Permission.VERIFY)
@require_POST
@about_chart
def compare(request: SignedRequest, pk: int) -> HttpResponse:
    """Coder, difference, verifier: the table for a version that is not saved yet, as a part of the page."""
    encounter = working_on(request, pk)
    judged = judged_version(encounter)
    try:
        body = posted_body(request, encounter)
    except BadBody as error:
        return render(request, "coding/code_problem.html", {"problem": str(error)}, status=422)
    if judged is None or is_blind(judged, request.user):
        return render(request, "coding/code_problem.html", {"problem": "There is nothing to compare with."}, status=422)
    return render(request, "coding/verify_table.html", table_of(encounter, judged, body))


@requires(Permission.VERIFY)
@require_POST
@about_chart
def agree(request: SignedRequest, pk: int) -> HttpResponse:
    """The lines of a version that is not saved yet with one difference taken back, as a bench shows them."""
    encounter = working_on(request, pk)
    try:
        body = posted_body(request, encounter)
    except BadBody as error:
        return JsonResponse({"message": str(error)}, status=422)
    if is_blind(judged_version(encounter), request.user):
        return JsonResponse({"message": "There is nothing to agree with yet."}, status=422)
    after = agreed(encounter, body, request.POST.get("agree", ""))
    day = coded_of(encounter, after).date_of_service
    return JsonResponse(lines_in(titled(after, day)))
