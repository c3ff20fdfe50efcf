"""Whether a coding is verified under a plan, and why: chance first, so that what was drawn stays a random sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from coding.rules.codings import CodedEncounter
from coding.rules.plans.draws import is_drawn
from coding.rules.plans.risks import About, Limits, Risk, risks_of
from coding.rules.sampling import WHOLE, Sampled, Source, focus_of

RANDOM = "random"


@dataclass(frozen=True)
class Audit:
    """A focused audit that is open for this coder on this day: codes and modifiers, or (empty) everything."""

    number: int
    focus: str = ""


@dataclass(frozen=True)
class Terms:
    """What decides about one coding: the plan by its number, its seed, and the share of the coder's step."""

    plan: int
    seed: str
    share: int
    audits: Sequence[Audit] = ()
    risks: Mapping[Risk, int] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    focus: str = ""

    @property
    def label(self) -> str:
        """The seed as samples name it: its digits stay with the plan, where managers read them."""
        return f"plan {self.plan}"


def why_planned(coded: CodedEncounter, terms: Terms, about: About, *, number: int, on: date) -> Sampled | None:
    """Why the coding is verified, None if it is not."""
    if terms.share >= WHOLE:
        return Sampled(Source.EVERY, terms.label, WHOLE, plan=terms.plan)
    if is_drawn(seed=terms.seed, purpose=RANDOM, number=number, share=terms.share):
        return Sampled(Source.RANDOM, terms.label, terms.share, plan=terms.plan)
    for audit in terms.audits:
        found = focus_of(coded, audit.focus) if audit.focus else f"A-{audit.number:03d}"
        if found:
            return Sampled(Source.AUDIT, terms.label, terms.share, found, plan=terms.plan, audit=audit.number)
    for risk, words in risks_of(coded, about, terms.limits, on=on):
        share = terms.risks.get(risk, 0)
        if is_drawn(seed=terms.seed, purpose=risk.value, number=number, share=share):
            return Sampled(Source.RISK, terms.label, share, words, plan=terms.plan)
    found = focus_of(coded, terms.focus)
    return Sampled(Source.FOCUS, terms.label, terms.share, found, plan=terms.plan) if found else None
