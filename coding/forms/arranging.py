"""An arrangement as text: one line a visit, as a person can write it and the page with scripts sends it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, islice

from django import forms

from coding.rules.arranging import Arrangement, Slot, Visit, in_words

LONGEST = 40_000  # characters: two thousand pages, each turned and out of order
LINE = re.compile(r"\s*(?:(?P<own>E-?0*(?P<pk>\d{1,15}))|(?P<new>new)|(?P<out>out))\s*:\s*(?P<pages>.*)", re.IGNORECASE)
PART = re.compile(r"\s*(\d{1,5})(?:\s*[-–]\s*(\d{1,5}))?(?:\s*@\s*(0|90|180|270))?\s*")
TOO_LONG = 5000  # pages of one range: no chart has them
MOST = 2 * TOO_LONG  # pages in all: each is written down in memory
HELP = (
    "One line for each visit: “E-00012: 1-3, 7” keeps a visit, “new: 4-6” makes one, “out: 8” leaves a page out. "
    "“5@90” turns a page by 90 degrees."
)


class ArrangeForm(forms.Form):
    """The pages of each visit, and the version of the arrangement they grew from."""

    plan = forms.CharField(
        label="Pages of each visit",
        max_length=LONGEST,
        help_text=HELP,
        widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Write the pages of each visit."},
    )
    grown_from = forms.CharField(max_length=16, required=False, widget=forms.HiddenInput)

    def clean_plan(self) -> Arrangement:
        return plan_in(self.cleaned_data["plan"])


def plan_in(text: str) -> Arrangement:
    """The arrangement that the lines describe; ValidationError with the number of the line that does not."""
    visits: list[Visit] = []
    left_out: list[int] = []
    named = 0
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        match = LINE.fullmatch(line)
        if match is None:
            raise forms.ValidationError(f"Line {number}: write “E-00012: 1-3”, “new: 4-6” or “out: 8”.")
        slots = tuple(islice(slots_in(match["pages"], number), MOST + 1))
        named += len(slots)
        if named > MOST:
            raise forms.ValidationError(f"Line {number}: up to here {MOST:,} pages are named; no chart has as many.")
        if match["out"]:
            left_out += [slot.page for slot in slots]
        else:
            visits.append(Visit(slots, int(match["pk"]) if match["own"] else None))
    return Arrangement(tuple(visits), tuple(left_out))


def slots_in(text: str, line: int) -> Iterator[Slot]:
    """The pages of one line: "1-3, 7@90"."""
    for part in filter(None, (part.strip() for part in re.split(r"[,;]", text))):
        match = PART.fullmatch(part)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if match is None or not first <= last < first + TOO_LONG:
            raise forms.ValidationError(f"Line {line}: write pages such as 1-3, 7 or 5@90.")
        for number in range(first, last + 1):
            yield Slot(number, int(match[3] or 0))


def plan_text(at: Arrangement) -> str:
    """The arrangement as lines; `plan_in` reads them back."""
    lines = [f"{visit.name or 'new'}: {', '.join(parts(visit.slots))}" for visit in at.visits]
    return "\n".join([*lines, *([f"out: {dashed(at.left_out)}"] if at.left_out else [])])


def parts(slots: tuple[Slot, ...]) -> Iterator[str]:
    """Runs of pages that are turned alike: "1-3", "7@90"."""
    for turn, run in groupby(slots, lambda slot: slot.turn):
        for part in dashed([slot.page for slot in run]).split(", "):
            yield f"{part}@{turn}" if turn else part


def dashed(numbers: Sequence[int]) -> str:
    return in_words(numbers).replace("–", "-")


class AttachForm(forms.Form):
    """The visit to which a later document belongs."""

    visit = forms.RegexField(
        r"^\s*[Ee]-?0*\d{1,15}\s*$",
        label="Visit",
        help_text="The number of the visit, such as E-00012.",
        error_messages={"required": "Enter the number of the visit.", "invalid": "Write the visit as E-00012."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_visit(self) -> int:
        return int(re.sub(r"\D", "", self.cleaned_data["visit"]))
