"""Asking and answering queries, as forms."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from coding.rules.queries.indicators import Indicator, is_box
from coding.rules.queries.linter import Fault
from coding.rules.queries.signing import option_words
from coding.rules.queries.states import SignerRole
from coding.rules.queries.wording import (
    OPTION_LENGTH,
    OTHER,
    OWN_OPTIONS_LIMIT,
    QUESTION_LENGTH,
    QUOTE_LENGTH,
    REPLY_LENGTH,
    TEMPLATES,
    TITLE_LENGTH,
    UNABLE,
    Purpose,
    QueryForm,
    WrittenQuery,
)
from portal.models import Provider, choices

ROWS = 3  # passages that the form has room for
BOXES_LIMIT = 40  # of one passage
SPACES = {"Cc", "Zs", "Zl", "Zp"}


def plain(text: str) -> str:
    """Text as it is checked and kept: one form for each sign, no invisible ones, plain blanks and line ends."""
    text = unicodedata.normalize("NFKC", text.replace("\r\n", "\n"))
    signs = (
        sign if sign == "\n" else " " if unicodedata.category(sign) in SPACES else sign
        for sign in text
        if unicodedata.category(sign) not in {"Cf", "Cs", "Co"}
    )
    return "".join(signs).strip()


class PlainField(forms.CharField):
    """Words without invisible signs, by which a word could be hidden from the linter."""

    def to_python(self, value: Any) -> str:
        return plain(str(super().to_python(value)))


class AskForm(forms.Form):
    """A query as a coder writes it, with the passages of the chart it rests on; all from one dialog."""

    purpose = forms.ChoiceField(label="What is unclear", choices=[("", "Choose"), *choices(Purpose)])
    title = PlainField(label="Title", max_length=TITLE_LENGTH, help_text="Says what is unclear, names no illness.")
    question = PlainField(
        label="Question", max_length=QUESTION_LENGTH, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Fill in what stands in [brackets].",
    )  # fmt: skip
    form = forms.ChoiceField(label="Answers", choices=choices(QueryForm), widget=forms.RadioSelect)
    options = PlainField(
        label="Options", required=False, max_length=OWN_OPTIONS_LIMIT * (OPTION_LENGTH + 2),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=f"One on each line. “{OTHER}” and “{UNABLE}” are always added.",
    )  # fmt: skip

    def __init__(self, *args: Any, places: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found: list[Fault] = []  # what the linter says
        for row in range(1, ROWS + 1):
            self.fields[f"page_{row}"] = forms.TypedChoiceField(
                label=f"Page of passage {row}", choices=[("", "Page"), *places], coerce=int, empty_value=None,
                required=False,
            )  # fmt: skip
            self.fields[f"words_{row}"] = PlainField(
                label=f"Words of passage {row}", max_length=QUOTE_LENGTH, required=False
            )
            self.fields[f"boxes_{row}"] = forms.CharField(required=False, widget=forms.HiddenInput)

    @staticmethod
    def of_template(purpose: Purpose) -> dict[str, str]:
        """What a template fills in."""
        template = TEMPLATES[purpose]
        return {
            "purpose": purpose.value,
            "title": template.title,
            "question": template.question,
            "form": template.form.value,
            "options": "\n".join(template.options),
        }

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The passages of the form: page, words, place."""
        return [{name: self[f"{name}_{row}"] for name in ("page", "words", "boxes")} for row in range(1, ROWS + 1)]

    @property
    def parts(self) -> list[Any]:
        """The fields between the choice of a template and the passages, in their order."""
        return [self[name] for name in ("title", "question", "form", "options")]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for row in range(1, ROWS + 1):
            page, words = cleaned.get(f"page_{row}"), cleaned.get(f"words_{row}")
            if words and page is None and f"page_{row}" not in self.errors:
                self.add_error(f"page_{row}", "Say on which page these words stand.")
            if page is not None and not words and f"words_{row}" not in self.errors:
                self.add_error(f"words_{row}", "Copy the words from the page.")
        return cleaned

    def indicators(self) -> list[Indicator]:
        """The passages that were filled in; of what is wrong in itself nothing."""
        data = self.cleaned_data
        return [
            Indicator(data[f"page_{row}"], data[f"words_{row}"], boxes_in(data.get(f"boxes_{row}", "")))
            for row in range(1, ROWS + 1)
            if data.get(f"page_{row}") and data.get(f"words_{row}")
        ]

    def written(self) -> WrittenQuery:
        """The query as the linter reads it, complete or not."""
        data = self.cleaned_data
        form = data.get("form") or QueryForm.OPEN
        lines = tuple(line.strip() for line in data.get("options", "").split("\n") if line.strip())
        return WrittenQuery(
            purpose=Purpose(data.get("purpose") or Purpose.OTHER),
            form=QueryForm(form),
            title=data.get("title", ""),
            question=data.get("question", ""),
            options=lines if form == QueryForm.CHOICE else (),
            quotes=[one.quote for one in self.indicators()],
        )

    def blame(self, found: Sequence[Fault]) -> None:
        """Show each fault at the field that it is about."""
        self.found = list(found)
        for fault in found:
            self.add_error(field_of(fault), f"{f'“{fault.text}”: ' if fault.text else ''}{fault.reason}")


def field_of(fault: Fault) -> str:
    """The field in which a fault is shown."""
    if fault.part == "indicators":
        return "words_1"
    return "options" if fault.part.startswith("option") else fault.part


def boxes_in(text: str) -> tuple[tuple[int, int, int, int], ...]:
    """Boxes that the page sent as JSON; anything else counts as none."""
    try:
        raw = json.loads(text or "[]")
    except (ValueError, RecursionError):
        return ()
    boxes = raw[:BOXES_LIMIT] if isinstance(raw, list) else []
    return tuple(
        (box[0], box[1], box[2], box[3])
        for box in boxes
        if isinstance(box, list) and all(type(side) is int for side in box) and is_box(box)
    )


class ReplyForm(forms.Form):
    """The practice's answer, and who signs it."""

    option = forms.ChoiceField(
        label="Your answer", widget=forms.RadioSelect, error_messages={"required": "Choose one of the answers."}
    )
    text = forms.CharField(
        label="In your own words", required=False, max_length=REPLY_LENGTH, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Needed when you state something else. It becomes part of the chart as you write it.",
    )  # fmt: skip
    role = forms.ChoiceField(label="You sign as", choices=choices(SignerRole), widget=forms.RadioSelect)
    provider = forms.ModelChoiceField(
        label="For which provider", queryset=Provider.objects.none(), required=False, empty_label="Choose a provider",
        help_text="Needed when you write down what a provider said.",
    )  # fmt: skip

    def __init__(self, *args: Any, options: Sequence[str], form: QueryForm, practice_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["option"].choices = [(option, option_words(option, form)) for option in options]  # type: ignore[attr-defined]
        providers = Provider.objects.filter(practice_id=practice_id, is_active=True)
        self.fields["provider"].queryset = providers.order_by("name", "pk")  # type: ignore[attr-defined]


class CloseForm(forms.Form):
    """What the coder should know when a query had no answer."""

    comment = forms.CharField(
        label="Note to the coder", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )


def templates_json() -> Mapping[str, Mapping[str, Any]]:
    """The library for the dialog's script: what each template fills in, and which passages it asks for."""
    return {
        purpose.value: {**AskForm.of_template(purpose), "slots": list(template.slots)}
        for purpose, template in TEMPLATES.items()
    }
