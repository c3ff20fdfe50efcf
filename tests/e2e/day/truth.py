"""The truth in the database at the end of the day, and what pages say of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise

from django.core.management import call_command

from coding.actions.scores import score_of
from coding.models import Assignment, Coding, Dispute, Draft, Encounter, PreCoding, Score, Verification
from coding.rules.disputes import FALLEN, OPEN, DisputeStatus
from coding.rules.lifecycle import FINISHED, EncounterStatus
from coding.rules.scoring_profiles import STANDARD
from tests.e2e.day.charts import Argument, DayChart, Visit
from tests.e2e.day.hands import Hands

ENDS = {
    Argument.AGREED: DisputeStatus.AGREED,
    Argument.WITHDRAWN: DisputeStatus.WITHDRAWN,
    Argument.GIVEN_IN: DisputeStatus.AGREED,
    Argument.SETTLED_UPHELD: DisputeStatus.SETTLED_UPHELD,
    Argument.SETTLED_WITHDRAWN: DisputeStatus.SETTLED_WITHDRAWN,
}


def untruths(charts: Mapping[str, DayChart]) -> Iterator[str]:
    """Everything that is not as it should be."""
    yield from of_visits(charts)
    yield from of_assignments()
    yield from of_disputes(charts)
    if Draft.objects.filter(encounter__status__in=FINISHED).exists():
        yield f"{Draft.objects.count()} drafts of finished visits"
    call_command("verify_audit")


def visits_of(charts: Mapping[str, DayChart]) -> dict[str, Visit]:
    return {visit.account: visit for chart in charts.values() for visit in chart.visits}


def of_visits(charts: Mapping[str, DayChart]) -> Iterator[str]:
    """Each visit once, finished, with the facts and the codes of its chart."""
    wanted = visits_of(charts)
    found = Counter(PreCoding.objects.values_list("account_number", flat=True))
    if found != Counter(wanted.keys()):
        yield f"visits: {found - Counter(wanted.keys())} too many, {Counter(wanted.keys()) - found} lost"
    for known in PreCoding.objects.select_related("encounter", "rendering_provider", "payer"):
        encounter, visit = known.encounter, wanted[known.account_number]
        said = (known.patient_name, known.birth_date, known.date_from, known.rendering_provider.name, known.member_id)
        if said != (visit.patient, visit.born, visit.day, visit.provider, visit.member):
            yield f"{encounter.label}: {said}"
        if encounter.status not in (EncounterStatus.VERIFIED, EncounterStatus.DELIVERED):
            yield f"{encounter.label} is {encounter.status}"
        last = Coding.objects.filter(encounter=encounter).order_by("version").last()
        verdict = Verification.objects.filter(encounter=encounter).order_by("pk").last()
        if last is None or verdict is None or verdict.verdict == "returned":
            yield f"{encounter.label} has no last word"
            continue
        stands = verdict.verifier_version or verdict.coder_version
        coded = stands.coded()
        if sorted(line.code for line in coded.diagnoses) != sorted(visit.diagnoses):
            yield f"{encounter.label}: {[line.code for line in coded.diagnoses]}, not {visit.diagnoses}"
        if [(line.code, " ".join(line.modifiers)) for line in coded.procedures] != list(visit.procedures):
            yield f"{encounter.label}: {coded.procedures}"


def of_assignments() -> Iterator[str]:
    """Nobody had a visit while somebody else had it; each stage was finished as often as it should."""
    held = defaultdict(list)
    for one in Assignment.objects.order_by("started_at"):
        held[one.encounter_id].append(one)
        if one.ended_at is None:
            yield f"{one.encounter_id} is still held by {one.user_id}"
    for encounter, rows in held.items():
        for before, after in pairwise(rows):
            if before.ended_at is not None and before.ended_at > after.started_at:
                yield f"encounter {encounter} was held twice at {after.started_at}"
    if Encounter.objects.exclude(pk__in=held).exists():
        yield "a visit that nobody ever held"


def of_disputes(charts: Mapping[str, DayChart]) -> Iterator[str]:
    """Each discrepancy that was meant, with the end that was meant, and no other."""
    wanted = Counter((visit.account, ENDS[visit.argument]) for visit in visits_of(charts).values() if visit.argument)
    found = Counter(
        (PreCoding.objects.get(encounter=one.encounter_id).account_number, one.state) for one in Dispute.objects.all()
    )
    if found != wanted:
        yield f"discrepancies: {found}, not {wanted}"
    if any(one.state in OPEN for one in Dispute.objects.all()):
        yield "a discrepancy without its last word"


def of_scores(hands: Hands, charts: Mapping[str, DayChart]) -> Iterator[str]:
    """The rows give the scores that are kept, and a count by hand gives those that the coder's page shows."""
    for kept in Score.objects.newest().select_related("verification", "terms"):
        profile = kept.terms.scoring_profile() if kept.terms else STANDARD
        if kept.figures() != score_of(kept.verification, profile):
            yield f"score {kept.pk} is not what its rows give"
    coder = hands.person.user
    judged = Verification.objects.filter(coder=coder).exclude(submissions__taken_back_at__isnull=False)
    first = {one.encounter_id: one for one in judged.order_by("-pk")}  # the last one written is the earliest
    visits = visits_of(charts)
    accounts = dict(PreCoding.objects.filter(encounter__in=first).values_list("encounter", "account_number"))
    lines = sum(len(visits[account].diagnoses) + len(visits[account].procedures) for account in accounts.values())
    wrong = Dispute.objects.filter(coder=coder, verification__in=first.values()).exclude(status__in=FALLEN)
    in_visits = wrong.values("encounter").distinct().count()
    shown = shown_scores(hands)
    for label, right, of in (
        ("Lines without any difference that counts", lines - wrong.count(), lines),
        ("Encounters right", len(first) - in_visits, len(first)),
    ):
        said = next(value for name, value in shown.items() if name.startswith(label))
        if not said.startswith(f"{right} of {of} "):
            yield f"{label}: the page says {said}, by hand it is {right} of {of}"


def shown_scores(hands: Hands) -> dict[str, str]:
    """What the page of one's own figures says."""
    hands.leave_field()
    hands.press("g", "m")
    hands.until("() => location.pathname.endsWith('/quality/')")
    hands.tab_to("a[href*='/quality/people/']")
    hands.press("Enter")
    hands.until("() => /\\/people\\/\\d+\\/$/.test(location.pathname)")
    hands.look("my-figures")
    pairs: list[list[str]] = hands.see(
        "() => [...document.querySelectorAll('main dt')].map((dt) => [dt.innerText, dt.nextElementSibling.innerText])"
    )
    return dict(pairs)
