"""Visits to work on: each has a mark of its own in its patient's name, its account number and its pages' words."""

from __future__ import annotations

import random
from itertools import count

from django.utils import timezone

from coding.actions.coding import submit_coding
from coding.actions.double_key import set_double_key
from coding.actions.leases import begin_assignment
from coding.actions.precoding import finish_precoding
from coding.models import Assignment, Encounter
from coding.rules.check_reasons import CheckReason
from coding.rules.codings import System
from coding.rules.lifecycle import Stage
from portal.models import Contract, Practice, User
from tests import factories
from tests.coding.lines import coded, facts_for, load_codes, waiting
from tests.coding.worded import suggest, worded_chart

SUGGESTED = (("E119", "diabetes mellitus {mark}"), ("I10", "Essential hypertension {mark}"))
FOUND = ("M1711", "M1712", "J449", "K219", "N179", "R05", "L409", "H903")  # diagnoses that only a search finds
SERVICES = ("99213", "20610", "71046")


class Visits:
    """The visits of a run; `marks` by their ids grows with them."""

    def __init__(self, practice: Practice, other: Practice, coder: User, manager: User) -> None:
        self.practices, self.coder = (practice, other), coder
        self.marks: dict[int, str] = {}
        self.suggested: dict[int, dict[str, int]] = {}  # ids of suggestions by code
        self.numbers = count(1)
        load_codes()
        for code in FOUND[2:]:
            factories.CodeFactory(system=System.ICD10CM, code=code, billable=True)
        for one in self.practices:
            factories.ProviderFactory(practice=one, name="Dana Whitlow, MD")
        set_double_key(practice=other, fields=["account_number", "member_id"], by=manager, at=timezone.now())
        Contract.objects.update(verification_share=100)

    def visit(self, chance: random.Random) -> Encounter:
        """One that waits for pre-coding; every third is of the practice that has critical fields typed twice."""
        mark = f"zq{next(self.numbers):03d}x"
        pages = (
            (f"Patient: {mark.capitalize()} Quill", "DOB: 04/17/1958 Sex: F", f"MRN: {mark.upper()}", "Office visit"),
            ("ASSESSMENT AND PLAN", f"Type 2 diabetes mellitus {mark}", f"Essential hypertension {mark}"),
        )  # fmt: skip
        practice = self.practices[chance.random() < 1 / 3]
        one = waiting(at=timezone.now(), chart=worded_chart(practice, pages=pages))
        self.marks[one.pk] = mark
        return one

    def hold(self, encounter: Encounter, stage: Stage, user: User) -> Assignment:
        """Somebody has it on their bench."""
        return begin_assignment(
            encounter=encounter, stage=stage, user=user, how=Assignment.How.PULLED, by=user, at=timezone.now()
        )

    def to_code(self, chance: random.Random) -> Encounter:
        """One that waits for coding, with suggestions."""
        one = self.visit(chance)
        held = self.hold(one, Stage.PRECODING, self.coder)
        facts = facts_for(one, patient_name=f"{self.marks[one.pk]}, Person", account_number=self.marks[one.pk].upper())
        finish_precoding(assignment=held, by=self.coder, at=timezone.now(), facts=facts)
        self.suggest(one)
        one.refresh_from_db()
        return one

    def suggest(self, one: Encounter) -> None:
        mark = self.marks[one.pk]
        made = suggest(one, *((code, words.format(mark=mark)) for code, words in SUGGESTED))
        self.suggested[one.pk] = {row.code: row.pk for row in made}

    def to_verify(self, chance: random.Random) -> Encounter:
        """One that waits for verification of what somebody else than the people of the run coded."""
        one = self.to_code(chance)
        held = self.hold(one, Stage.CODING, self.coder)
        version = coded("E119 I10 M1711", "99213@1,2 71046@3")
        submit_coding(
            assignment=held, by=self.coder, at=timezone.now(), coded=version, reason=CheckReason.DOCUMENTED,
            comment=f"Of {self.marks[one.pk]}",
        )  # fmt: skip
        one.refresh_from_db()
        return one

    def waiting(self, stage: Stage, chance: random.Random) -> Encounter:
        """A new one that waits at the stage."""
        make = {Stage.PRECODING: self.visit, Stage.CODING: self.to_code, Stage.VERIFICATION: self.to_verify}
        return make[stage](chance)
