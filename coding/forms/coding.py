"""Codes as a bench sends them: the JSON of the code list, or the rows of the form that needs no scripts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from coding.forms.bad_body import BadBody
from coding.forms.evidence import refuse_too_many, with_evidence
from coding.forms.judgements import with_word, word_in
from coding.forms.worksheet import clean_sheet, sheet_in, worksheet_of
from coding.rules.codings import (
    DIAGNOSIS_LIMIT,
    MODIFIER_LIMIT,
    POINTER_LIMIT,
    CodedEncounter,
    DiagnosisLine,
    ProcedureLine,
    bare,
)
from coding.rules.evidence import evidence_in, passage_in
from coding.rules.lifecycle import HoldReason, NotBillableReason, SkipReason, WhoseMove
from coding.rules.suggested import SHOWN_LIMIT, Decided, RejectReason
from portal.models import choices

Body = dict[str, Any]

LETTERS = "ABCDEFGHIJKL"  # CMS-1500 item 24E names pointers by letter
LINE_LIMIT = 50  # ASC X12N 005010X222A1 (837P), loop 2400: up to 50 lines a claim
UNIT_LIMIT = 999
COMMENT_LIMIT = 4000  # characters
HOLD_DAYS = 30  # the longest that a chart waits before it comes back by itself
CODE = re.compile(r"[A-Z0-9]{3,8}")
MODIFIER = re.compile(r"[A-Z0-9]{2}")
STATES = frozenset({"accepted", "added", "changed"})  # of a line that was suggested
BLANK_ROWS = 3  # offered below the filled ones
DIAGNOSIS_ROWS, PROCEDURE_ROWS = 5, 3  # at least
PERSONS_REASONS = tuple(reason for reason in NotBillableReason if reason is not NotBillableReason.JOINED)
HOLD_REASONS = tuple(reason for reason in HoldReason if reason is not HoldReason.QUERY)


def body_from(data: Mapping[str, str]) -> Body:
    """The codes of a posted bench form, cleaned: the JSON field `body` if there is one, else the numbered rows."""
    if "body" not in data:
        return clean_body(rows_in(data))
    try:
        raw = json.loads(data["body"])
    except (ValueError, RecursionError) as error:
        raise BadBody("The codes could not be read.") from error
    return clean_body(raw)


def rows_in(data: Mapping[str, str]) -> Body:
    """The numbered rows of the plain form as a raw body; blank rows fall out and pointers follow."""
    places: dict[int, int] = {}
    diagnoses: list[dict[str, Any]] = []
    for row in range(1, DIAGNOSIS_LIMIT + 1):
        if code := data.get(f"dx-{row}", "").strip():
            diagnoses.append({"code": code})
            places[row] = len(diagnoses)
    procedures: list[dict[str, Any]] = []
    for row in range(1, LINE_LIMIT + 1):
        if code := data.get(f"px-{row}-code", "").strip():
            pointed = [place_of(word) for word in words_in(data.get(f"px-{row}-pointers", ""), joined=True)]
            procedures.append(
                {
                    "code": code,
                    "modifiers": words_in(data.get(f"px-{row}-modifiers", "")),
                    "units": data.get(f"px-{row}-units", "").strip() or "1",
                    # A pointer to a blank row stays what it is, so that the check can say so.
                    "pointers": [places.get(row_of, row_of) for row_of in pointed],
                }
            )
    return {
        "diagnoses": diagnoses,
        "procedures": procedures,
        "comment": data.get("comment", ""),
        "worksheet": sheet_in(data),
        **word_in(data),
    }


def words_in(text: str, *, joined: bool = False) -> list[str]:
    """The words of a field, split at blanks and punctuation; `joined` letters like ABC count one by one."""
    words = [word.upper() for word in re.split(r"[\s,;./-]+", text) if word]
    if joined:
        words = [part for word in words for part in (word if word.isalpha() else [word])]
    return words


def place_of(word: str) -> int:
    """A pointer written as a letter (A to L) or a number (1 to 12) as a number."""
    if word in LETTERS and len(word) == 1:
        return LETTERS.index(word) + 1
    if re.fullmatch(r"[0-9]{1,3}", word):
        return int(word)
    raise BadBody("Pointers are letters from A to L or numbers from 1 to 12.")


def clean_body(raw: object) -> Body:
    """A body of the known shape and no more, or BadBody."""
    if not isinstance(raw, dict):
        raise BadBody("The codes could not be read.")
    diagnoses, procedures = raw.get("diagnoses", []), raw.get("procedures", [])
    if not isinstance(diagnoses, list) or not isinstance(procedures, list):
        raise BadBody("The codes could not be read.")
    if len(diagnoses) > DIAGNOSIS_LIMIT:
        raise BadBody(f"A claim has at most {DIAGNOSIS_LIMIT} diagnoses.")
    if len(procedures) > LINE_LIMIT:
        raise BadBody(f"A claim has at most {LINE_LIMIT} procedure lines.")
    body = {
        "diagnoses": [diagnosis_in(line, f"Diagnosis {place}") for place, line in enumerate(diagnoses, start=1)],
        "procedures": [line_in(line, f"Procedure {place}") for place, line in enumerate(procedures, start=1)],
        "comment": storable(raw.get("comment"))[:COMMENT_LIMIT],
        "worksheet": clean_sheet(raw.get("worksheet")),
    }
    refuse_too_many(list(evidence_in(body)))
    rejected = rejected_in(raw.get("rejected"))
    return with_word({**body, "rejected": rejected} if rejected else body, raw)


def storable(value: object) -> str:
    """Text as PostgreSQL takes it: nothing for None, without NUL characters and lone surrogates."""
    return str(value or "").replace("\0", "").encode("utf-8", "ignore").decode("utf-8")


def code_in(line: object, where: str) -> str:
    """The code of a line, as stored."""
    code = bare(str(line.get("code", ""))) if isinstance(line, dict) else ""
    if not CODE.fullmatch(code):
        raise BadBody(f"{where} is not written like a code.")
    return code


def diagnosis_in(line: object, where: str) -> dict[str, Any]:
    """One diagnosis: its code, and the evidence for it if there is some."""
    code = code_in(line, where)
    assert isinstance(line, dict)  # noqa: S101  (code_in saw to it)
    return {"code": code, **with_evidence(line.get("evidence"), where), **whence(line)}


def whence(line: Mapping[str, Any]) -> dict[str, Any]:
    """From which suggestion a line came, and whether it is as suggested; nothing for one that was found otherwise."""
    number, state = line.get("suggestion"), line.get("state")
    if type(number) is not int or not 0 < number < 2**63:
        return {}
    return {"suggestion": number, "state": state if state in STATES else "added"}


def rejected_in(value: object) -> dict[str, int]:
    """The suggestions that were rejected: the number of the reason by the id of each, 0 for none."""
    given = value if isinstance(value, dict) else {}
    return {
        number: reason
        for number, reason in list(given.items())[:SHOWN_LIMIT]
        if re.fullmatch(r"[0-9]{1,18}", str(number)) and type(reason) is int and 0 <= reason <= len(RejectReason)
    }


def with_kept(body: Body, earlier: Body) -> Body:
    """A body without evidence, with that of earlier work on the same codes, and what was decided of suggestions."""
    parts = {part: with_history(body[part], earlier.get(part, [])) for part in ("diagnoses", "procedures")}
    marked = (earlier.get("worksheet") or {}).get("evidence")
    sheet = {**body["worksheet"], "evidence": marked} if marked and body["worksheet"] else body["worksheet"]
    rejected = {"rejected": earlier["rejected"]} if "rejected" in earlier else {}
    return {**body, **parts, "worksheet": sheet, **rejected}


def with_history(lines: list[dict[str, Any]], earlier: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lines with what earlier ones of the same code say besides; the first such line counts."""
    known = {line["code"]: line for line in reversed(earlier)}
    names = ("evidence", "suggestion", "state")
    return [
        {**line, **{name: known[line["code"]][name] for name in names if name in known.get(line["code"], ())}}
        for line in lines
    ]


def decided_in(body: Mapping[str, Any]) -> Decided:
    """What a cleaned body says of suggestions."""
    lines = [*body.get("diagnoses", ()), *body.get("procedures", ())]
    return Decided(
        taken={line["suggestion"]: line["code"] for line in lines if "suggestion" in line},
        rejected={int(number): reason for number, reason in body.get("rejected", {}).items()},
    )


def line_in(line: object, where: str) -> dict[str, Any]:
    """One procedure line: code, up to four modifiers, units, up to four pointers."""
    code = code_in(line, where)
    assert isinstance(line, dict)  # noqa: S101  (code_in saw to it)
    modifiers = [str(modifier).upper() for modifier in listed(line.get("modifiers"), where)]
    if len(modifiers) > MODIFIER_LIMIT or not all(MODIFIER.fullmatch(modifier) for modifier in modifiers):
        raise BadBody(f"{where}: up to {MODIFIER_LIMIT} modifiers of two characters each.")
    pointers = listed(line.get("pointers"), where)
    if len(pointers) > POINTER_LIMIT or not all(
        type(place) is int and 0 < place <= DIAGNOSIS_LIMIT for place in pointers
    ):
        raise BadBody(f"{where}: up to {POINTER_LIMIT} pointers from 1 to {DIAGNOSIS_LIMIT}.")
    units = str(line.get("units", 1))
    if not re.fullmatch(r"[0-9]{1,6}", units) or int(units) > UNIT_LIMIT:
        raise BadBody(f"{where}: units are a whole number up to {UNIT_LIMIT}.")
    return {
        "code": code,
        "modifiers": modifiers,
        "units": int(units),
        "pointers": list(dict.fromkeys(pointers)),
        **with_evidence(line.get("evidence"), where),
        **whence(line),
    }


def listed(value: object, where: str) -> list[Any]:
    """A list, or BadBody."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadBody(f"{where} could not be read.")
    return value


def coded_from(body: Body, visit: CodedEncounter) -> CodedEncounter:
    """A cleaned body as what the rules work on; `visit` is what pre-coding knows (PreCoding.visit)."""
    return replace(
        visit,
        diagnoses=tuple(DiagnosisLine(line["code"], **evidence_of(line)) for line in body.get("diagnoses", [])),
        procedures=tuple(
            ProcedureLine(
                line["code"], tuple(line["modifiers"]), line["units"], tuple(line["pointers"]), **evidence_of(line)
            )
            for line in body.get("procedures", [])
        ),
        worksheet=worksheet_of(body.get("worksheet", {})),
    )


def evidence_of(line: Mapping[str, Any]) -> dict[str, Any]:
    """The passages of a line and the words in them, as the rules take them."""
    passages = tuple(passage_in(one) for one in line.get("evidence", ()))
    return {"quotes": tuple(one.quote for one in passages if one.quote), "evidence": passages}


def passages_of(line: DiagnosisLine | ProcedureLine) -> dict[str, Any]:
    """The key `evidence` of a line in a body, left out where there is none."""
    return {"evidence": [passage.as_json() for passage in line.evidence]} if line.evidence else {}


def body_of(coded: CodedEncounter, *, comment: str = "", worksheet: Mapping[str, Any] | None = None) -> Body:
    """The body that a coding would have been sent as."""
    return {
        "diagnoses": [{"code": line.code, **passages_of(line)} for line in coded.diagnoses],
        "procedures": [
            {
                "code": line.code,
                "modifiers": list(line.modifiers),
                "units": line.units,
                "pointers": list(line.pointers),
                **passages_of(line),
            }
            for line in coded.procedures
        ],
        "comment": comment,
        "worksheet": dict(worksheet or {}),
    }


def letters(pointers: list[int]) -> str:
    """Pointers as letters: [1, 3] is "A C"."""
    return " ".join(LETTERS[place - 1] for place in pointers)


class SkipForm(forms.Form):
    """Why somebody passes a chart on."""

    reason = forms.ChoiceField(choices=choices(SkipReason), widget=forms.RadioSelect)


class HoldForm(forms.Form):
    """What a chart waits for, whose move it is, and when it comes back by itself."""

    reason = forms.ChoiceField(choices=choices(HOLD_REASONS), label="What is missing")
    whose_move = forms.ChoiceField(choices=choices(WhoseMove), label="Whose move is it")
    return_on = forms.DateField(
        label="Comes back on",
        help_text="In the morning of this day it is in the queue again, answered or not.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    comment = forms.CharField(
        label="Note", required=False, max_length=COMMENT_LIMIT, widget=forms.Textarea(attrs={"rows": 2})
    )

    @staticmethod
    def first_day() -> date:
        return timezone.localdate() + timedelta(days=1)

    def clean_return_on(self) -> date:
        day: date = self.cleaned_data["return_on"]
        if day < self.first_day():
            raise forms.ValidationError("Choose a day after today.")
        if day > timezone.localdate() + timedelta(days=HOLD_DAYS):
            raise forms.ValidationError(f"Choose a day within the next {HOLD_DAYS} days.")
        return day

    def return_at(self) -> datetime:
        """Eight in the morning of the chosen day, in the person's own zone."""
        return timezone.make_aware(
            datetime.combine(self.cleaned_data["return_on"], datetime.min.time().replace(hour=8))
        )


class NotBillableForm(forms.Form):
    """Why a chart ends without codes."""

    reason = forms.ChoiceField(choices=choices(PERSONS_REASONS), label="Reason")
    comment = forms.CharField(
        label="Note", required=False, max_length=COMMENT_LIMIT, widget=forms.Textarea(attrs={"rows": 2})
    )


class SendBackForm(forms.Form):
    """What pre-coding should look at again."""

    comment = forms.CharField(
        label="What is wrong",
        max_length=COMMENT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For example: another patient's page, or a wrong date of service.",
    )


class ReopenForm(forms.Form):
    """Why finished work is taken up again."""

    comment = forms.CharField(
        label="Why is it reopened",
        max_length=COMMENT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The next person reads this first. The batch is delivered again once it is finished.",
        error_messages={"required": "Write why it is reopened."},
    )
