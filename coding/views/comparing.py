"""Two windows, or a window and what was stored meanwhile: compared line by line, and one draft made of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from coding.actions.drafts import draft_of
from coding.forms.coding import body_of
from coding.forms.precoding import FACTS, PrecodingForm, text_of
from coding.models import Assignment, Encounter, PreCoding
from coding.rules.draft_lines import DIAGNOSIS, MINE, ORDERS, PROCEDURE, THEIRS, differing, keyed, lines_of
from coding.rules.lifecycle import Stage
from coding.rules.reasons import Reason
from coding.views.coding_bench import EMPTY, facts_of, titled
from coding.views.due import clock
from portal.models import User

Body = dict[str, Any]

PARTS = {
    "diagnosis-order": "Order of the diagnoses",
    "procedure-order": "Order of the procedures",
    "comment": "Note",
    "worksheet": "E/M worksheet",
    "rejected": "Rejected suggestions",
    "judged": "Words on differences",
    "viewed": "Rows looked at",
    "coder_version": "The coder's version",
    "filled": "Filled in",
    "confirmed": "Compared with the chart",
    "marked": "Taken from the pages",
}
NONE = "not in this one"


@dataclass(frozen=True)
class Stored:
    """What the server has of a person's work at a stage: their draft, or what they handed in."""

    body: Body
    version: int  # of the draft, 0 for none
    at: datetime | None
    handed_in: bool = False


def stored_work(encounter: Encounter, stage: Stage, author: User) -> Stored:
    """The person's draft; else the work that they finished; else nothing."""
    draft = draft_of(encounter=encounter, stage=stage, author=author)
    if draft is not None:
        return Stored(draft.body, draft.version, draft.saved_at)
    if stage is Stage.PRECODING:
        facts = PreCoding.objects.filter(encounter=encounter, finished_by=author).first()
        return Stored(text_of(facts), 0, facts.finished_at, handed_in=True) if facts else Stored({}, 0, None)
    coding = encounter.codings.filter(stage=stage, author=author).order_by("-version").first()
    if coding is None:
        return Stored(EMPTY, 0, None)
    body = body_of(coding.coded(), comment=coding.comment, worksheet=coding.worksheet)
    return Stored(body, 0, coding.submitted_at, handed_in=True)


@dataclass(frozen=True)
class Sides:
    """What a window has, changed last at `changed_at` (ms since 1970, 0 for unknown), and what is stored."""

    mine: Body
    stored: Stored
    changed_at: int


def comparison(encounter: Encounter, stage: Stage, author: User, sides: Sides) -> dict[str, Any]:
    """What the dialog shows."""
    mine, stored, changed_at = sides.mine, sides.stored, sides.changed_at
    words = [words_of(encounter, stage, body, author) for body in (mine, stored.body)]
    here, there = lines_of(mine), lines_of(stored.body)
    rows = []
    for key in differing(mine, stored.body):
        texts = [side.get(key) or NONE for side in words]
        if texts[0] == texts[1]:
            texts = [f"{text} (another detail)" for text in texts]
        # What only one of the two has is kept unless somebody chooses otherwise.
        only_there = not here.get(key) and there.get(key) and key not in ORDERS
        rows.append({"key": key, "label": label_of(key), "mine": texts[0], "theirs": texts[1],
                     "chosen": THEIRS if only_there else MINE})  # fmt: skip
    holder = Assignment.objects.open().filter(encounter=encounter).select_related("user").first()
    return {
        "rows": rows,
        "encounter": encounter,
        "stored": stored,
        "stored_clock": clock(stored.at) if stored.at else "",
        "mine_clock": clock(datetime.fromtimestamp(changed_at / 1000, UTC)) if changed_at else "",
        "holder": holder,
    }


def label_of(key: str) -> str:
    kind = key.partition(":")[0]
    if kind in {DIAGNOSIS, PROCEDURE}:
        return kind.capitalize()
    fields = PrecodingForm.base_fields
    return PARTS.get(key) or str(fields[key].label or key.replace("_", " ").capitalize() if key in fields else key)


def words_of(encounter: Encounter, stage: Stage, body: Body, author: User) -> dict[str, str]:
    """Each line of a draft as people read it."""
    if stage is Stage.PRECODING:
        return field_words(PrecodingForm(encounter=encounter, user=author, initial=body), body)
    known = facts_of(encounter)
    return code_words(body, known.date_from if known else None)


def field_words(form: PrecodingForm, body: Body) -> dict[str, str]:
    """Fields of pre-coding; what was chosen from a list by its name."""
    found = {}
    for bound in form:
        value = str(body.get(bound.name, ""))
        named = {str(key): str(name) for key, name in getattr(bound.field, "choices", ())}
        found[bound.name] = named.get(value, value) if value else ""
    labels = [str(form.fields[name].label) for name in found["confirmed"].split() if name in form.fields]
    found["confirmed"] = "Every field" if len(labels) == len(FACTS) else ", ".join(labels)
    for name in ("filled", "marked"):
        found[name] = "From what is known of the visit" if found[name] else ""
    return found


def code_words(body: Body, day: date | None) -> dict[str, str]:
    """Codes with their titles, modifiers and pointers; the other parts in short."""
    shown = titled(body, day)
    names = [line["dotted"] for line in shown["diagnoses"]]
    found = {
        key: f"{line['dotted']} {line['title']}{evidence_words(line)}"
        for key, line in keyed(DIAGNOSIS, shown["diagnoses"]).items()
    }
    for key, line in keyed(PROCEDURE, shown["procedures"]).items():
        pointed = ", ".join(names[place - 1] for place in line["pointers"] if 0 < place <= len(names))
        found[key] = (
            f"{'-'.join([line['code'], *line['modifiers']])} × {line['units']}"
            f"{f' for {pointed}' if pointed else ''}{evidence_words(line)}"
        )
    found["diagnosis-order"] = ", ".join(names)
    found["procedure-order"] = ", ".join(line["code"] for line in shown["procedures"])
    found["comment"] = str(body.get("comment", ""))
    found["worksheet"] = sheet_words(body.get("worksheet") or {})
    found["judged"] = "; ".join(
        " ".join(filter(None, [Reason(word["reason"]).label, word.get("note", "")]))
        for word in body.get("judged", {}).values()
    )
    found["viewed"] = f"{len(body['viewed'])} looked at" if body.get("viewed") else ""
    found["coder_version"] = f"Version {body['coder_version']}" if body.get("coder_version") else ""
    found["rejected"] = f"{len(body.get('rejected', {}))} rejected" if body.get("rejected") else ""
    return found


def evidence_words(line: Mapping[str, Any]) -> str:
    """How many passages a line rests on, and the first one's words."""
    passages = line.get("evidence", [])
    if not passages:
        return ""
    quote = next((f", “{one['quote'][:60]}”" for one in passages if one.get("quote")), "")
    return f" ({len(passages)} {'passage' if len(passages) == 1 else 'passages'}{quote})"


def sheet_words(sheet: Mapping[str, Any]) -> str:
    """How much is ticked on a worksheet."""
    ticks = sum(len(sheet.get(name) or ()) for name in ("problems", "notes", "tests", "risks"))
    ticks += sum(sheet.get(name) is True for name in ("historian", "interpretation", "discussion"))
    parts = [f"{ticks} ticked"] if ticks else []
    parts += [f"{sheet['minutes']} minutes"] if sheet.get("minutes") else []
    parts += [str(sheet["provider_code"])] if sheet.get("provider_code") else []
    return ", ".join(parts)
