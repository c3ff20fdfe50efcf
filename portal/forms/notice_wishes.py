"""What a person wishes of our e-mails, as a form: a row of choices for each kind, and hours of the day."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from portal.rules.mail_times import How, Topic, Wishes

HOURS = [(hour, f"{hour:02d}:00") for hour in range(24)]
QUIET = [("", "No quiet hours"), *HOURS]


class NoticeWishesForm(forms.Form):
    """`how-KIND` for each topic; the digest's hour; from when until when nothing is sent."""

    digest_hour = forms.TypedChoiceField(choices=HOURS, coerce=int, label="Daily digest at")
    quiet_from = forms.TypedChoiceField(choices=QUIET, coerce=int, empty_value=None, required=False, label="Quiet from")
    quiet_until = forms.TypedChoiceField(
        choices=QUIET, coerce=int, empty_value=None, required=False, label="Quiet until"
    )

    def __init__(self, *args: Any, topics: Iterable[Topic], wishes: Wishes, **kwargs: Any) -> None:
        initial: dict[str, Any] = {
            "digest_hour": wishes.digest_hour, "quiet_from": wishes.quiet_from, "quiet_until": wishes.quiet_until,
        }  # fmt: skip
        super().__init__(*args, initial=initial, **kwargs)
        self.topics = list(topics)
        for topic in self.topics:
            self.fields[f"how-{topic.kind}"] = forms.ChoiceField(
                choices=[(way.value, way.label) for way in topic.ways],
                label=topic.label,
                initial=wishes.how_of(topic.kind).value,
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        begin, end = cleaned.get("quiet_from"), cleaned.get("quiet_until")
        if (begin is None) != (end is None):
            self.add_error("quiet_until", "Choose both hours, or none.")
        elif begin is not None and begin == end:
            self.add_error("quiet_until", "Choose another hour than the one it begins at.")
        return cleaned

    @property
    def how(self) -> dict[str, str]:
        """The choices by kind."""
        return {topic.kind: self.cleaned_data[f"how-{topic.kind}"] for topic in self.topics}

    def rows(self) -> list[dict[str, Any]]:
        """What the page shows of each kind: a choice for each way, or none where it is not to be had."""
        return [
            {
                "kind": topic.kind,
                "label": topic.label,
                "help": topic.help,
                "name": f"how-{topic.kind}",
                "ways": [
                    {
                        "value": way.value,
                        "label": way.label,
                        "allowed": way in topic.ways,
                        "chosen": str(self[f"how-{topic.kind}"].value()) == way.value,
                    }
                    for way in How
                ],
            }
            for topic in self.topics
        ]
