"""What modifiers, units and the practitioner do to the fee of one line.

Source: CMS Pub. 100-04 (Medicare Claims Processing Manual), chapter 12, sections 20.4, 40.2 to 40.8, 110 and 120;
RVU25D, payment policy indicators. A share is a fraction of the fee schedule amount.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from coding.rules.tables import RelativeValue

WHOLE = Decimal(1)
NOTHING = Decimal(0)
ASSISTANTS = frozenset({"80", "81", "82"})


class Practitioner(StrEnum):
    """Who renders, as far as the fee depends on it (42 CFR 414.56, 414.62; Social Security Act 1833(a)(1))."""

    PHYSICIAN = "physician"
    NURSE_PRACTITIONER = "np"  # also physician assistants and clinical nurse specialists
    SOCIAL_WORKER = "csw"  # also marriage and family therapists, mental health counselors

    @property
    def share(self) -> Decimal:
        return {"physician": WHOLE, "np": Decimal("0.85"), "csw": Decimal("0.75")}[self.value]


@dataclass(frozen=True)
class Share:
    """One adjustment: the fraction of the fee, and why. `by_report` says that the payer prices it by hand."""

    fraction: Decimal
    why: str
    by_report: bool = False


def row_modifier(modifiers: tuple[str, ...], *, has_own_row: bool) -> str:
    """The modifier with which the line has a row of its own in the fee schedule, or none."""
    for modifier in ("26", "TC"):
        if modifier in modifiers:
            return modifier
    return "53" if "53" in modifiers and has_own_row else ""


def bilateral_share(row: RelativeValue, modifiers: tuple[str, ...]) -> Share | None:
    """Modifier 50 by the bilateral indicator; applied before multiple procedures are ranked (section 40.7)."""
    if "50" not in modifiers:
        return None
    match row.bilateral:
        case "1":
            return Share(Decimal("1.5"), "modifier 50: 150 % for both sides (bilateral indicator 1)")
        case "3":
            return Share(Decimal(2), "modifier 50: 100 % for each side (bilateral indicator 3)")
        case "2":
            return Share(WHOLE, "modifier 50: the fee is for both sides already (bilateral indicator 2)")
        case _:
            return Share(WHOLE, f"modifier 50: no bilateral adjustment (bilateral indicator {row.bilateral or '9'})")


def shares(row: RelativeValue, modifiers: tuple[str, ...], practitioner: Practitioner) -> Iterator[Share]:
    """Every adjustment of a line other than bilateral and multiple procedures, in the order they are told."""
    yield from surgical_shares(row, modifiers)
    yield from package_shares(row, modifiers)
    yield from report_shares(row, modifiers)
    assistant = "AS" in modifiers
    if practitioner is not Practitioner.PHYSICIAN and not assistant:
        yield Share(practitioner.share, f"{practitioner.value}: {practitioner.share:.0%} of the physician's fee")


def surgical_shares(row: RelativeValue, modifiers: tuple[str, ...]) -> Iterator[Share]:
    """Assistants (section 20.4.3, 110.2), co-surgeons and teams (section 40.8)."""
    assisting = ASSISTANTS.intersection(modifiers)
    if assisting or "AS" in modifiers:
        name = "AS" if "AS" in modifiers else min(assisting)
        percent = Decimal("0.136") if "AS" in modifiers else Decimal("0.16")
        if row.assistant == "1":
            yield Share(NOTHING, f"modifier {name}: an assistant is never paid (assistant indicator 1)")
        elif row.assistant == "9":
            yield Share(NOTHING, f"modifier {name}: no assistant applies (assistant indicator 9)")
        else:
            need = ", with documentation of need (assistant indicator 0)" if row.assistant == "0" else ""
            yield Share(percent, f"modifier {name}: {percent.normalize() * 100:f} % for the assistant{need}")
    if "62" in modifiers:
        if row.co_surgeon in {"1", "2"}:
            need = ", with documentation (co-surgeon indicator 1)" if row.co_surgeon == "1" else ""
            yield Share(Decimal("0.625"), f"modifier 62: 62.5 % for each of two surgeons{need}")
        else:
            yield Share(
                NOTHING, f"modifier 62: co-surgeons are not paid (co-surgeon indicator {row.co_surgeon or '9'})"
            )
    if "66" in modifiers:
        yield Share(WHOLE, "modifier 66: team surgery is priced by report", by_report=True)


def package_shares(row: RelativeValue, modifiers: tuple[str, ...]) -> Iterator[Share]:
    """Parts of the global package (sections 40.2 and 40.4): 54, 55, 56 and 78."""
    before, during, after = row.preoperative, row.intraoperative, row.postoperative
    if "54" in modifiers:
        yield Share(
            before + during, f"modifier 54: surgical care only, {before + during:.0%} (pre- and intraoperative)"
        )
    if "55" in modifiers:
        yield Share(after, f"modifier 55: postoperative care only, {after:.0%}")
    if "56" in modifiers:
        yield Share(NOTHING, "modifier 56: Medicare pays preoperative care with the surgery")
    if "78" in modifiers and during:
        yield Share(during, f"modifier 78: return to the operating room, {during:.0%} (intraoperative)")


def report_shares(row: RelativeValue, modifiers: tuple[str, ...]) -> Iterator[Share]:
    """52 and 53 have no fixed share (section 20.4.6): the payer prices them by report, but for a row of its own."""
    if "52" in modifiers:
        yield Share(WHOLE, "modifier 52: reduced service, priced by report", by_report=True)
    if "53" in modifiers and row.modifier != "53":
        yield Share(
            WHOLE, "modifier 53: discontinued service without a fee of its own, priced by report", by_report=True
        )
    if "22" in modifiers:
        yield Share(WHOLE, "modifier 22: more than the fee only by report")
