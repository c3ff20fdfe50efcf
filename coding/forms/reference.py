"""The question of a bench about one code: the code in hand, and the codes of the visit as they stand on the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from coding.forms.bad_body import BadBody
from coding.forms.coding import CODE, body_from, coded_from
from coding.models import PreCoding
from coding.rules.codings import CodedEncounter, ProcedureLine, bare

KINDS = ("diagnosis", "procedure")


@dataclass(frozen=True)
class Asked:
    """A bare code; a procedure with its line, which is one of `coded`, in the list already or only looked at."""

    code: str
    line: ProcedureLine | None
    coded: CodedEncounter


def asked_about(data: Mapping[str, str], known: PreCoding | None) -> Asked:
    """What was posted, or BadBody."""
    code, kind = bare(data.get("code", "")), data.get("kind", "")
    if kind not in KINDS or not CODE.fullmatch(code):
        raise BadBody("This is not written like a code.")
    coded = coded_from(body_from(data), known.visit() if known else CodedEncounter(date_of_service=None))
    if kind == "diagnosis":
        return Asked(code, None, coded)
    listed = next((line for line in coded.procedures if bare(line.code) == code), None)
    if listed is not None:
        return Asked(code, listed, coded)
    line = ProcedureLine(code)
    return Asked(code, line, replace(coded, procedures=(*coded.procedures, line)))
