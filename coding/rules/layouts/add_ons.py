"""NCCI add-on code edits (AOC).

Source: CMS, "NCCI for Medicare: Add-on Code Edits", file AOC_VYYYYQN-MCR.txt: Add_On_Code, AOC_Del_Dt_Julian,
Primary_Code, Primary_Code_Del_Dt_Julian, AOC_Edit_Type (1 closed list of primaries, 2 the contractor decides, primary
CCCCC, 3 open list), AOC_Edit_Eff_Dt_Julian, AOC_Edit_Del_Dt_Julian, Special_Instruction_Notes. Days are YYYYDDD. The
columns are known by their headings; an extract with only the two codes and the type has no dates.
"""

from collections.abc import Iterator
from typing import IO, Any

from coding.rules.code_sets import CodeSet
from coding.rules.layouts.cells import julian_day, one_of, procedure
from coding.rules.layouts.lines import Table, records
from coding.rules.layouts.shape import Layout, Record, Refused, WrongFile

COLUMNS = {"AddOnPair": ("add_on", "primary", "kind", "effective", "deleted_on", "instructions")}
ANY_PRIMARY = "CCCCC"
DELETIONS = ("aoc_edit_del_dt_julian", "aoc_del_dt_julian", "primary_code_del_dt_julian")


def add_on(row: dict[str, str]) -> tuple[Any, ...]:
    """One row; an edit ends on the first of its own deletion and those of its two codes."""
    primary = row["primary_code"]
    ends = [end for name in DELETIONS if (end := julian_day(row.get(name, ""))) is not None]
    return (
        procedure(row["add_on_code"]),
        primary if primary == ANY_PRIMARY else procedure(primary),
        int(one_of(row["aoc_edit_type"], "123", "edit type")),
        julian_day(row.get("aoc_edit_eff_dt_julian", "")),
        min(ends, default=None),
        row.get("special_instruction_notes", ""),
    )


def read_add_ons(file: IO[bytes]) -> Iterator[Record | Refused]:
    """The rows of the text, cut by tabs, commas or bars."""
    for delimiter in "\t,|":
        file.seek(0)
        try:
            table = Table(
                file,
                required={"add_on_code", "primary_code", "aoc_edit_type"},
                what="add-on edits",
                delimiter=delimiter,
            )
        except WrongFile as wrong:
            missing = wrong
        else:
            yield from records("AddOnPair", iter(table), add_on)
            return
    raise missing


LAYOUT = Layout(CodeSet.ADD_ONS, COLUMNS, read_add_ons, "CMS, NCCI add-on code edits, yearly file")
