"""Reads an 835: part by part, each part whatever begins with CLP, SVC, PLB ... and holds what stands until the next.

Within a part the order does not matter. Segments of a claim that stand behind its lines are given back to it; those
that nobody knows are kept and counted. What cannot be read as an amount is a finding, and zero.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from claims.rules.x12.amounts import ZERO, Amounts, Days, Quantities
from claims.rules.x12.digests import digest_of
from claims.rules.x12.findings import Findings, Rule
from claims.rules.x12.procedures import Procedure, Procedures
from claims.rules.x12.qualified import Pairs, Sums, apart, name_of, pairs, remarks_of
from claims.rules.x12.remittance import (
    Adjustment,
    Party,
    ProviderAdjustment,
    RemitClaim,
    RemitLine,
    Remittance,
)
from claims.rules.x12.segments import Segment, TransactionSet, at, shown

Groups = dict[str, list[Segment]]

BEGIN_PART = frozenset({"ST", "BPR", "N1", "LX", "TS3", "CLP", "SVC", "PLB", "SE"})
OF_HEADER = frozenset({"TRN", "CUR", "REF", "DTM", "N2", "N3", "N4", "PER", "RDM", "TS2"})
OF_CLAIM = frozenset({"CAS", "NM1", "MIA", "MOA", "REF", "DTM", "PER", "AMT", "QTY"})
OF_LINE = frozenset({"DTM", "CAS", "REF", "AMT", "QTY", "LQ"})
KNOWN = BEGIN_PART | OF_HEADER | OF_CLAIM | OF_LINE

CLP_BLANKS, SVC_BLANKS = [""] * 12, [""] * 8
FIRST_PAIR = 3  # of PLB
ONE_TRIPLET = 4  # the length of a CAS with one reason and no quantity
# CLP02 in 005010X221A1 and in 004010X091A1; CAS01 in both.
STATUSES = frozenset(["1", "2", "3", "4", "5", "10", "13", "15", "16", "17", "19", "20", "21", "22", "23", "25", "27"])
ADJUSTMENT_GROUPS = frozenset({"CO", "CR", "OA", "PI", "PR"})


def read_remittance(transaction: TransactionSet) -> Remittance:
    """The payment of a transaction set; never an exception, whatever it holds."""
    return RemittanceReader(transaction).read()


@dataclass(slots=True)
class OpenClaim:
    """A claim whose lines are still to come."""

    place: int
    segment: Segment
    groups: Groups
    lines: list[RemitLine] = field(default_factory=list)


class RemittanceReader:
    """Reads one transaction set once."""

    def __init__(self, transaction: TransactionSet) -> None:
        self.transaction = transaction
        self.findings = Findings(transaction)
        self.amounts, self.quantities, self.days = Amounts(), Quantities(), Days()
        self.procedures = Procedures(transaction.delimiters.component)
        self.payment: Segment = []
        self.trace: Segment = []
        self.produced: date | None = None
        self.references: Pairs = ()
        self.parties: list[Party] = []
        self.payee: Party | None = None
        self.provider = ""
        self.claim: OpenClaim | None = None
        self.claims: list[RemitClaim] = []
        self.provider_adjustments: list[ProviderAdjustment] = []
        self.unknown: list[Segment] = []

    def read(self) -> Remittance:
        for place, segment, groups in self.parts():
            name = segment[0]
            if name == "SVC":
                self.read_line(place, segment, groups)
                continue
            self.close_claim()
            if name == "CLP":
                self.claim = OpenClaim(place, segment, groups)
            else:
                self.read_header_part(segment, groups)
        self.close_claim()
        return self.remittance()

    def parts(self) -> Iterator[tuple[int, Segment, Groups]]:
        """Where each part begins in the file, its first segment, and the other ones by their identifiers."""
        groups: Groups = {}
        begin, first = self.transaction.place, self.transaction.segments[0]
        for place, segment in enumerate(self.transaction.segments, begin):
            name = segment[0]
            if name in BEGIN_PART:
                if segment is not first:
                    yield begin, first, groups
                begin, first, groups = place, segment, {}
            elif name in groups:
                groups[name].append(segment)
            else:
                groups[name] = [segment]
        yield begin, first, groups

    # -- claims and lines ----------------------------------------------------------------------------------
    def close_claim(self) -> None:
        """The open claim is complete."""
        if self.claim is None:
            return
        claim, self.claim = self.claim, None
        segment, groups = claim.segment, claim.groups
        if not groups.keys() <= OF_CLAIM:
            self.set_aside(groups, OF_CLAIM)
        days = self.days_of(groups["DTM"]) if "DTM" in groups else {}
        begins = days.get("232")
        _, number, status, _, _, _, filing, control, facility, frequency, _, drg = (segment + CLP_BLANKS)[:12]
        self.claims.append(
            RemitClaim(
                place=claim.place,
                number=number.strip() or self.absent(segment, 1),
                status=status if status in STATUSES else self.status(segment, status.strip()),
                charge=self.amount(segment, 3),
                paid=self.amount(segment, 4),
                patient_responsibility=self.amount(segment, 5, is_required=False),
                filing=filing,
                payer_control=control,
                facility=facility,
                frequency=frequency,
                drg=drg,
                payee=self.payee,
                provider=self.provider,
                names=tuple([name_of(one) for one in groups["NM1"]]) if "NM1" in groups else (),
                begins=begins,
                ends=days.get("233") or begins,
                received=days.get("050"),
                adjustments=self.adjustments(groups["CAS"]) if "CAS" in groups else (),
                remarks=remarks_of(groups),
                references=pairs(groups["REF"]) if "REF" in groups else (),
                amounts=self.sums(groups["AMT"], self.amounts) if "AMT" in groups else (),
                quantities=self.sums(groups["QTY"], self.quantities) if "QTY" in groups else (),
                lines=tuple(claim.lines),
            )
        )

    def read_line(self, place: int, segment: Segment, groups: Groups) -> None:
        """A service line, which belongs to the open claim."""
        if self.claim is None:
            self.findings.add(segment, 0, Rule.ORDER, "this service line stands in no claim")
            self.unknown.append(segment)
            return
        if not groups.keys() <= OF_LINE:
            self.give_back(groups, self.claim)
        _, composite, charge, paid, revenue_code, units, submitted, billed = (segment + SVC_BLANKS)[:8]
        charged, given = self.amounts[charge], self.amounts[paid]
        days = self.days_of(groups["DTM"]) if "DTM" in groups else {}
        service = days.get("472")
        begins = days.get("150") or service
        control, references = apart(pairs(groups["REF"]), "6R") if "REF" in groups else (None, ())
        allowed, sums = apart(self.sums(groups["AMT"], self.amounts), "B6") if "AMT" in groups else (None, ())
        # By position: names for seventeen values cost as much as reading a whole other segment.
        self.claim.lines.append(
            RemitLine(
                place,
                self.procedure(segment, 1, composite),
                self.procedure(segment, 6, submitted) if submitted else None,
                self.amount(segment, 2) if charged is None else charged,
                self.amount(segment, 3) if given is None else given,
                revenue_code,
                self.quantity(segment, 5) if units else None,
                self.quantity(segment, 7) if billed else None,
                begins,
                days.get("151") or service or begins,
                self.adjustments(groups["CAS"]) if "CAS" in groups else (),
                control or "",
                references,
                allowed,
                sums,
                self.sums(groups["QTY"], self.quantities) if "QTY" in groups else (),
                tuple([at(one, 2) for one in groups["LQ"]]) if "LQ" in groups else (),
            )
        )

    def adjustments(self, segments: Iterable[Segment]) -> tuple[Adjustment, ...]:
        """The triplets of reason, amount and quantity of CAS segments, also more than the six that are allowed."""
        found, amounts = [], self.amounts
        for segment in segments:
            if len(segment) == ONE_TRIPLET and segment[1] in ADJUSTMENT_GROUPS:  # what most are: worth the haste
                _, group, reason, text = segment
                amount = amounts[text]
                found.append(Adjustment(group, reason, self.amount(segment, 3) if amount is None else amount))
            else:
                found += self.triplets(segment)
        return tuple(found)

    def triplets(self, segment: Segment) -> Iterator[Adjustment]:
        """The adjustments of one CAS of any length."""
        group = at(segment, 1)
        if group not in ADJUSTMENT_GROUPS:
            self.findings.add(segment, 1, Rule.CODE, f"{shown(group) or 'nothing'} is no group code")
        for number in range(2, len(segment), 3):
            if any(segment[number : number + 3]):
                quantity = self.quantity(segment, number + 2)
                yield Adjustment(group, segment[number], self.amount(segment, number + 1), quantity)

    def give_back(self, groups: Groups, claim: OpenClaim) -> None:
        """Segments of a claim that stand behind one of its lines; and what no line has."""
        for name in groups.keys() & (OF_CLAIM - OF_LINE):
            found = groups.pop(name)
            self.findings.add(
                found[0], 0, Rule.ORDER, f"{name} of the claim stands behind its service line", is_warning=True
            )
            claim.groups.setdefault(name, []).extend(found)
        self.set_aside(groups, OF_LINE)

    def set_aside(self, groups: Groups, known: frozenset[str]) -> None:
        """Keep and tell what does not belong into a part. Money that stands in a wrong place is no mere warning."""
        for name in sorted(groups.keys() - known):
            found = groups.pop(name)
            self.unknown.extend(found)
            if name in KNOWN:
                for segment in found:
                    words = f"{name} does not belong here and was left out"
                    self.findings.add(segment, 0, Rule.ORDER, words, is_warning=name != "CAS")

    # -- the rest ------------------------------------------------------------------------------------------
    def read_header_part(self, segment: Segment, groups: Groups) -> None:
        """Payment, payer, payee, provider, provider adjustments; trace and day wherever they stand."""
        if not groups.keys() <= OF_HEADER:
            self.set_aside(groups, OF_HEADER)
        self.trace = self.trace or groups.get("TRN", [[]])[0]
        self.produced = self.produced or self.days_of(groups.get("DTM", [])).get("405")
        match segment[0]:
            case "BPR":
                self.read_payment(segment)
            case "N1":
                self.read_party(segment, pairs(groups.get("REF", [])))
            case "LX":
                self.provider = ""
            case "TS3":
                self.provider = at(segment, 1)
            case "PLB":
                self.read_provider_adjustments(segment)
        if segment[0] != "N1":
            self.references += pairs(groups.get("REF", []))

    def read_payment(self, segment: Segment) -> None:
        if self.payment:
            self.findings.add(segment, 0, Rule.ORDER, "there is a second payment in this set: it was left out")
        else:
            self.payment = segment

    def read_party(self, segment: Segment, references: Pairs) -> None:
        party = Party(at(segment, 1), at(segment, 2).strip(), at(segment, 3), at(segment, 4).strip(), references)
        self.parties.append(party)
        if party.role == "PE":
            self.payee = party

    def read_provider_adjustments(self, segment: Segment) -> None:
        """The pairs of reason and amount of PLB, also more than the six that are allowed."""
        for number in range(FIRST_PAIR, len(segment), 2):
            if not any(segment[number : number + 2]):
                continue
            if not segment[number].strip():
                self.absent(segment, number)
            reason, _, reference = segment[number].partition(self.transaction.delimiters.component or "\0")
            self.provider_adjustments.append(
                ProviderAdjustment(
                    provider=segment[1],
                    fiscal_year_end=self.days[segment[2]],
                    reason=reason,
                    reference=reference,
                    amount=self.amount(segment, number + 1),
                    place=self.findings.place_of(segment),
                )
            )

    def remittance(self) -> Remittance:
        """All that was read."""
        payment, trace = self.payment, self.trace
        if not payment:
            self.findings.add(self.transaction.segments[0], 0, Rule.MISSING, "BPR is missing: no payment is named")
        if not trace:
            words = "TRN is missing: the payment has no number"
            self.findings.add(self.transaction.segments[0], 0, Rule.MISSING, words)
        for name, count in sorted(Counter(one[0] for one in self.unknown if one[0] not in KNOWN).items()):
            first = next(one for one in self.unknown if one[0] == name)
            words = f"{count} segments {shown(name)} are not known in an 835 and were left out"
            self.findings.add(first, 0, Rule.UNKNOWN, words, is_warning=True)
        return Remittance(
            control=self.transaction.control,
            version=self.transaction.version,
            place=self.transaction.place,
            handling=at(payment, 1),
            payment=self.amount(payment, 2) if payment else ZERO,
            direction=at(payment, 3),
            method=at(payment, 4),
            paid_on=self.day(payment, 16),
            trace=at(trace, 2).strip(),
            originator=at(trace, 3).strip(),
            originator_part=at(trace, 4).strip(),
            produced_on=self.produced,
            references=self.references,
            payer=next((party for party in self.parties if party.role == "PR"), None),
            payees=tuple(party for party in self.parties if party.role == "PE"),
            claims=tuple(self.claims),
            provider_adjustments=tuple(self.provider_adjustments),
            unknown=tuple(self.unknown),
            findings=self.findings.all(),
            digest=digest_of(self.transaction),
        )

    # -- elements ------------------------------------------------------------------------------------------
    def status(self, segment: Segment, text: str) -> str:
        """One that nobody knows keeps a claim from being posted."""
        if text not in STATUSES:
            words = f"{shown(text)} is no claim status" if text else "missing"
            self.findings.add(segment, 2, Rule.CODE if text else Rule.MISSING, words)
        return text

    def absent(self, segment: Segment, number: int) -> str:
        """A text that must be there, and is not."""
        self.findings.add(segment, number, Rule.MISSING, "missing")
        return ""

    def amount(self, segment: Segment, number: int, *, is_required: bool = True) -> Decimal:
        """Money; what is none is a finding, and zero."""
        text = segment[number] if number < len(segment) else ""
        amount = self.amounts[text]
        if amount is None:
            if text.strip() or is_required:
                self.unread(segment, number, text)
            return ZERO
        return amount

    def quantity(self, segment: Segment, number: int) -> Decimal | None:
        """Units; None if they are not said."""
        if number >= len(segment) or not segment[number]:
            return None
        quantity = self.quantities[segment[number]]
        if quantity is None and (text := segment[number].strip()):
            self.findings.add(segment, number, Rule.AMOUNT, f"{shown(text)} is no quantity", is_warning=True)
        return quantity

    def unread(self, segment: Segment, number: int, text: str) -> None:
        words = f"{shown(text)} is no amount" if text.strip() else "amount missing"
        self.findings.add(segment, number, Rule.AMOUNT, words)

    def sums(self, segments: Iterable[Segment], read: Amounts | Quantities) -> Sums:
        """Qualified amounts (AMT) or quantities (QTY): what informs, and what no balance is made of."""
        found = []
        for segment in segments:
            text = at(segment, 2)
            value = read[text]
            if value is None:
                self.unread(segment, 2, text)
            else:
                found.append((segment[1], value))
        return tuple(found)

    def day(self, segment: Segment, number: int) -> date | None:
        text = at(segment, number).strip()
        day = self.days[text]
        if text and day is None:
            self.findings.add(segment, number, Rule.DATE, f"{shown(text)} is no day", is_warning=True)
        return day

    def days_of(self, segments: Iterable[Segment]) -> dict[str, date]:
        """The days of DTM segments by their qualifiers."""
        found = {}
        for segment in segments:
            day = self.days[segment[2]] if len(segment) > 2 else None  # noqa: PLR2004
            if day is None:
                self.day(segment, 2)
            else:
                found[segment[1]] = day
        return found

    def procedure(self, segment: Segment, number: int, composite: str) -> Procedure:
        procedure = self.procedures[composite]
        if procedure.is_odd:
            words = "its parts stand between another sign than the file's"
            self.findings.add(segment, number, Rule.CODE, words, is_warning=True)
        return procedure
