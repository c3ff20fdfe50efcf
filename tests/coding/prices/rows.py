"""Fee schedule rows written small; the codes are invented, the indicators are those of the official file."""

from datetime import date
from decimal import Decimal

from coding.rules.pricing import Service, price_claim
from coding.rules.rbrvs import Factor, FeeTables, Indices
from coding.rules.tables import RelativeValue

DAY = date(2025, 2, 1)
ARKANSAS = Indices(Decimal("1.000"), Decimal("0.860"), Decimal("0.518"))
FACTORS = (
    Factor(date(2024, 1, 1), False, Decimal("32.7442")),
    Factor(date(2024, 3, 9), False, Decimal("33.2875")),
    Factor(date(2025, 1, 1), False, Decimal("32.3465")),
    Factor(date(2026, 1, 1), False, Decimal("33.4009")),
    Factor(date(2026, 1, 1), True, Decimal("33.5675")),
)


def row(code, work=1, office=1, facility=None, malpractice=0, **more):
    """A row of status A; `work` etc. are RVUs as text or number."""
    facility = office if facility is None else facility
    rvus = [Decimal(str(value)) for value in (work, office, facility, malpractice)]
    code, _, modifier = code.partition("-")
    shares = {
        name: Decimal(str(more.pop(name)))
        for name in ("preoperative", "intraoperative", "postoperative")
        if name in more
    }
    return RelativeValue(code, modifier, more.pop("status", "A"), *rvus, **shares, **more)


def tables(*rows, indices=ARKANSAS):
    return FeeTables(rows={(found.code, found.modifier): found for found in rows}, indices=indices, factors=FACTORS)


def priced(lines, *rows, day=DAY, pos="11", indices=ARKANSAS, **how):
    """Amounts of lines such as "SCOPE SCOPE-53 JOINT-RTx2", as texts; "none" without a price."""
    return [amount(price) for price in prices(lines, *rows, day=day, pos=pos, indices=indices, **how)]


def prices(lines, *rows, day=DAY, pos="11", indices=ARKANSAS, **how):
    return price_claim([service(text, day, pos) for text in lines.split()], tables(*rows, indices=indices), **how)


def service(text, day=DAY, pos="11"):
    head, _, units = text.partition("*")
    code, *modifiers = head.split("-")
    return Service(code, day, tuple(modifiers), int(units or 1), pos)


def amount(price):
    return "none" if price.amount is None else f"{price.amount:.2f}"
