"""The codes and notes of the official tabular list that an installed package carries, as tables for edits."""

from datetime import date
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from coding.rules.code_tree import directly_below
from coding.rules.codings import ICD10_FROM, bare
from coding.rules.layouts.icd10cm_changes import layout_over
from coding.rules.layouts.icd10cm_notes import NOTES_AND_GROUPS
from coding.rules.layouts.icd10cm_tabular import TABULAR_CODES
from coding.rules.tables import CodeFact, CodeNote, NoteKind, Tables

CHANGES = Path(__file__).parents[3] / "coding" / "data" / "icd10cm_fy2027_changes.csv"
TABULAR = Path(find_spec("simple_icd_10_cm").submodule_search_locations[0]) / "data/icd10c-tabular-April-1-2026.xml"
FY2027 = date(2026, 10, 1)


def tabular_codes():
    with TABULAR.open("rb") as file:
        yield from TABULAR_CODES.read(file)


@cache
def codes(*, newer):
    """Every code of FY2026 April, or of FY2027, by code."""
    if newer:
        layout = layout_over(tabular_codes)
        with CHANGES.open("rb") as file:
            return facts(layout, list(layout.read(file)))
    return facts(TABULAR_CODES, list(tabular_codes()))


def facts(layout, records):
    places = {name: place for place, name in enumerate(layout.columns["Code"])}
    found = {}
    for record in records:
        code, title, billable = (record.values[places[name]] for name in ("code", "title", "billable"))
        found[code] = CodeFact(code, title, billable)
    return found


@cache
def notes():
    """Notes by the code, block or chapter they stand at, and for each category the groups around it."""
    by_holder, groups = {}, {}
    layout = NOTES_AND_GROUPS
    of_note = {name: place for place, name in enumerate(layout.columns["CodeNote"])}
    of_group = {name: place for place, name in enumerate(layout.columns["CodeGroup"])}
    with TABULAR.open("rb") as file:
        for record in layout.read(file):
            if record.table == "CodeNote":
                holder, kind, text = (record.values[of_note[name]] for name in ("holder", "kind", "text"))
                by_holder.setdefault(holder, []).append(CodeNote(NoteKind(kind), holder, text))
            else:
                for category in record.values[of_group["categories"]]:
                    groups.setdefault(category, []).append(record.values[of_group["label"]])
    return by_holder, groups


def notes_about(code):
    by_holder, groups = notes()
    holders = [*(code[:length] for length in range(len(code), 2, -1)), *groups.get(code[:3], ())]
    return tuple(note for holder in holders for note in by_holder.get(holder, ()))


def tables_for(diagnoses, on):
    """What the official lists say about these diagnoses on a day."""
    if on < ICD10_FROM:
        return Tables(diagnoses={"25000": CodeFact("25000", "Diabetes mellitus", billable=True)})
    listed = codes(newer=on >= FY2027)
    wanted = [bare(code) for code in diagnoses]
    return Tables(
        diagnoses={code: listed[code] for code in wanted if code in listed},
        notes={code: notes_about(code) for code in wanted},
        children={code: below(code, listed) for code in wanted if code in listed and not listed[code].billable},
    )


def below(code, listed):
    return directly_below(code, {other: fact for other, fact in listed.items() if other.startswith(code)})


def every_note(kind):
    by_holder, _groups = notes()
    return [note for found in by_holder.values() for note in found if note.kind is kind]
