"""What makes the pages of quality live: suggestions decided, queries, disputes, rulings, visits done twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import cycle

from django.utils import timezone

from coding.actions.coding import submit_coding
from coding.actions.disputes import (
    agree_discrepancy,
    decide_rebuttal,
    escalate_dispute,
    lapse_disputes,
    rebut_discrepancy,
    settle_dispute,
)
from coding.actions.queries import answer_query, expire_queries, send_query
from coding.actions.queue import take_next
from coding.actions.repeats import begin_repeats
from coding.actions.rulings import issue_ruling
from coding.actions.scores import set_quality_terms
from coding.actions.suggesting import keep_suggestions
from coding.actions.verification import give_verdict, judged_version
from coding.models import Assignment, Dispute, Encounter, Query, SuggestionSet, Verdict
from coding.rules.check_reasons import CheckReason
from coding.rules.codings import CodedEncounter, DiagnosisLine, System
from coding.rules.disputes import STEP_HOURS
from coding.rules.lifecycle import Stage
from coding.rules.queries.indicators import Indicator
from coding.rules.queries.states import SignerRole
from coding.rules.queries.wording import OTHER, Purpose, QueryForm, WrittenQuery
from coding.rules.scoring_profiles import PRESETS
from coding.rules.suggested import Decided
from coding.rules.suggestions.shape import Source
from config.demo.notes import Note
from portal.actions.batches import day_of
from portal.models import Practice, User

HOUR = timedelta(hours=1)
BLIND = 30  # percent of the demo's visits coded without suggestions, so that few show what many do
CALIBRATION = timedelta(days=40)  # ago: everything is coded twice, until people agree
USUAL = timedelta(days=3)  # ago: a share is
QUESTIONS: Mapping[str, tuple[str, str]] = {
    "open": ("Meaning of a result", "The chart shows the result quoted here. Did it have a meaning for this visit?"),
    "answered": ("Meaning of a finding", "The chart shows the finding quoted here. Did it have a meaning that day?"),
    "overdue": ("Meaning of a finding", "The chart shows the words quoted here. What did they mean for this visit?"),
}
WHY = "The plan names it, and the drug for it was changed."
NO = "It is listed in the history only; nothing was done for it."


@dataclass(frozen=True)
class Suggested:
    """One code as an engine would suggest it, without a passage."""

    system: System
    code: str
    score: float
    source: str
    reason: str = "The words of the note name it."
    evidence: tuple[()] = ()


@dataclass
class Quality:
    """The people who need each other here, and which note each visit has."""

    people: Mapping[str, User]
    right: Callable[..., CodedEncounter]  # the codes of a visit; with `slip` as a coder gets them wrong
    sources: Iterator[Source] = field(default_factory=lambda: cycle([
        Source.SYNONYM, Source.TITLE, Source.INDEX, Source.NOTE_TERM, Source.MEDICATION, Source.PERSONAL_HISTORY,
    ]))  # fmt: skip
    ruled: set[int] = field(default_factory=set)  # practices that have their ruling

    def agree_on_terms(self, practice: Practice, now: datetime) -> None:
        """Weeks ago everything was done twice; by now a share is."""
        shares = ((now - CALIBRATION, 100, 60), (now - USUAL, 10, 5))
        for at, codings, verdicts in shares:
            set_quality_terms(
                practice=practice, by=self.people["ada"], at=at, name="Weighted", starts_on=day_of(practice, at),
                profile=PRESETS["Weighted"], step_hours=STEP_HOURS, double_coding_share=codings,
                double_verifying_share=verdicts, focus="-25",
            )  # fmt: skip

    # -- suggestions ---------------------------------------------------------------------------

    def suggest(self, encounter: Encounter, note: Note, at: datetime) -> None:
        """What an engine finds: most of the right codes, mostly a wrong one too, and a procedure."""
        codes = [*note.diagnoses[: max(1, len(note.diagnoses) - encounter.pk % 2)]]
        if encounter.pk % 3:
            codes.append(wrong_for(note))
        found = [Suggested(System.ICD10CM, code, 0.9 - 0.1 * place, next(self.sources).value)
                 for place, code in enumerate(dict.fromkeys(codes))]  # fmt: skip
        found += [Suggested(System.PROCEDURE, code, 0.6, Source.PROCEDURE.value) for code, *_ in note.procedures[:1]]
        keep_suggestions(encounter=encounter, found=found, engine="phrases, demo", at=at, share=BLIND)

    def decided(self, encounter: Encounter, version: CodedEncounter) -> Decided:
        """Most of what was not coded was rejected with a reason."""
        coded = {line.code for line in version.diagnoses} | {line.code for line in version.procedures}
        seen = SuggestionSet.objects.filter(encounter=encounter, is_blind=False).exists()
        left = [one for one in encounter.suggested.all() if one.code not in coded] if seen else []
        return Decided(rejected={one.pk: 1 + one.pk % 3 for one in left if one.pk % 4})

    def led(self, encounter: Encounter, note: Note, version: CodedEncounter) -> CodedEncounter:
        """Every other coder who sees the wrong one takes it; who does not see it, now and then finds it too."""
        wrong = wrong_for(note)
        made = SuggestionSet.objects.filter(encounter=encounter).first()
        if made is None or encounter.pk % (4 if made.is_blind else 2):
            return version
        if not encounter.suggested.filter(code=wrong).exists():
            return version
        return replace(version, diagnoses=(*version.diagnoses, DiagnosisLine(code=wrong)))

    # -- queries ------------------------------------------------------------------------------------

    def ask(self, assignment: Assignment, note: Note, which: str, at: datetime) -> Query:
        """A query that cites a line of the note; the practice answers some of them."""
        title, question = QUESTIONS[which]
        quote = next(line for line in note.body.splitlines() if line.endswith("."))
        query = send_query(
            assignment=assignment, by=assignment.user, at=at, indicators=[Indicator(1, quote)],
            written=WrittenQuery(
                purpose=Purpose.SIGNIFICANCE, form=QueryForm.OPEN, title=title, question=question, quotes=(quote,)
            ),
        )  # fmt: skip
        if which == "answered":
            answer_query(
                query=query, by=self.people["cleo"], at=at + 3 * HOUR, option=OTHER, role=SignerRole.TREATING,
                text="It was looked at during the visit and needs no further treatment.",
            )  # fmt: skip
        return query

    # -- twice --------------------------------------------------------------------------------------

    def do_twice(self, at: datetime) -> None:
        """Noa codes and Vic judges what was drawn, out of the queue, until nothing is left for them."""
        begin_repeats(at=at)
        noa, vic = self.people["noa"], self.people["vic"]
        while (held := take_next(by=noa, at=at, stages=[Stage.CODING])) is not None:
            at += timedelta(minutes=7)
            submit_coding(
                assignment=held, by=noa, at=at, coded=self.right(held.encounter, slip=held.pk % 4 == 0),
                reason=CheckReason.DOCUMENTED,
            )  # fmt: skip
        while (held := take_next(by=vic, at=at, stages=[Stage.VERIFICATION])) is not None:
            at += timedelta(minutes=4)
            self.judge(held, vic, at)

    def judge(self, held: Assignment, by: User, at: datetime) -> None:
        """Another verifier's word: mostly what is right, sometimes what the coder had."""
        judged = judged_version(held.encounter)
        mine = self.right(held.encounter, slip=held.pk % 5 == 0)
        same = judged is None or codes_of(judged.coded()) == codes_of(mine)
        verdict = Verdict.VERIFIED if same else Verdict.CORRECTED
        give_verdict(assignment=held, by=by, at=at, verdict=verdict, coded=None if same else mine)

    # -- disputes and rulings ---------------------------------------------------------------------

    def argue(self, now: datetime) -> None:
        """Each discrepancy on its way, in every state that there is; two of the settled ones become rulings."""
        old = Dispute.objects.filter(since__lt=now - USUAL).select_related("coder", "verifier", "encounter__practice")
        ways = cycle([self.rule_on, self.withdraw, self.agree, self.rule_on, self.give_in, self.overrule, self.ignore])
        for dispute, way in zip(old.order_by("pk"), ways, strict=False):
            way(dispute)
        lapse_disputes(at=now - USUAL)
        for dispute, way in zip(self.recent(now), cycle([self.leave, self.rebut, self.uphold, self.escalate]),
                                strict=False):  # fmt: skip
            way(dispute)
        expire_queries(at=now)

    def recent(self, now: datetime) -> list[Dispute]:
        rows = Dispute.objects.filter(status="told", since__gte=now - USUAL).select_related("coder", "verifier")
        return list(rows.order_by("pk"))

    def leave(self, dispute: Dispute) -> None:
        """It waits for its coder."""

    def ignore(self, dispute: Dispute) -> None:
        """Its coder says nothing until the time is over."""

    def agree(self, dispute: Dispute) -> None:
        agree_discrepancy(dispute=dispute, by=dispute.coder, at=dispute.since + HOUR, comment="I missed the plan.")

    def rebut(self, dispute: Dispute) -> None:
        rebut_discrepancy(dispute=dispute, by=dispute.coder, at=dispute.since + HOUR, comment=WHY)

    def withdraw(self, dispute: Dispute) -> None:
        self.rebut(dispute)
        decide_rebuttal(dispute=dispute, upheld=False, by=dispute.verifier, at=dispute.since + HOUR, comment="Right.")

    def uphold(self, dispute: Dispute) -> None:
        self.rebut(dispute)
        decide_rebuttal(dispute=dispute, upheld=True, by=dispute.verifier, at=dispute.since + HOUR, comment=NO)

    def give_in(self, dispute: Dispute) -> None:
        self.uphold(dispute)
        agree_discrepancy(dispute=dispute, by=dispute.coder, at=dispute.since + HOUR)

    def escalate(self, dispute: Dispute) -> None:
        self.uphold(dispute)
        escalate_dispute(dispute=dispute, by=dispute.coder, at=dispute.since + HOUR, comment="We read it differently.")

    def overrule(self, dispute: Dispute) -> None:
        self.escalate(dispute)
        settle_dispute(
            dispute=dispute, upheld=False, by=self.people["max"], at=dispute.since + HOUR,
            comment="The plan does name it.",
        )  # fmt: skip

    def rule_on(self, dispute: Dispute) -> None:
        """A manager upholds it, and makes it a rule for the practice from that day on."""
        self.escalate(dispute)
        at = dispute.since + HOUR
        settle_dispute(dispute=dispute, upheld=True, by=self.people["max"], at=at, comment=NO)
        practice = dispute.encounter.practice
        if practice.pk in self.ruled:
            return
        self.ruled.add(practice.pk)
        lines = self.right(dispute.encounter)
        today = timezone.localdate(at)
        issue_ruling(
            by=self.people["max"], at=at, today=today, starts_on=today, practice=practice, dispute=dispute,
            pattern=" ".join([lines.diagnoses[-1].code, lines.procedures[0].code]),
            text="A chronic condition counts when the plan of the day does something for it: a drug, a test, advice.",
        )  # fmt: skip


def wrong_for(note: Note) -> str:
    """A diagnosis that the note does not support: it stands in the history at most."""
    return next(code for code in ("I10", "J020") if code not in note.diagnoses)


def codes_of(version: CodedEncounter) -> tuple[object, object]:
    """What is compared of two versions."""
    return (
        tuple(line.code for line in version.diagnoses),
        tuple((line.code, line.modifiers, line.units, line.pointers) for line in version.procedures),
    )
