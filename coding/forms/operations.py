"""Which encounters a manager looks at, and what is to be done with the chosen ones."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q

from coding.models import Assignment, Encounter, EncounterEvent
from coding.models.encounter import EncounterQuerySet
from coding.rules.lifecycle import DONE, FINISHED, IN_WORK, STAGE_OF, UNDO, WAITING, EncounterStatus, Stage
from portal.models import Practice, User
from portal.rules.promise import DAY
from portal.rules.roles import Role

AT_ONCE = 200  # encounters that one bulk action touches

STATES = {
    "waiting": "Waiting",
    "in_work": "In work",
    "held": "On hold",
    "done_today": "Done today",
    EncounterStatus.VERIFIED.value: "Verified",
    EncounterStatus.NOT_BILLABLE.value: "Not billable",
    EncounterStatus.DELIVERED.value: "Delivered",
}


def done_moves(stage: Stage) -> Q:
    """Events by which an encounter leaves a stage with its work done."""
    return Q(old_status=IN_WORK[stage], move__in=DONE[stage])


class FilterForm(forms.Form):
    """The filter of the encounter list; everything may be left open."""

    stage = forms.ChoiceField(required=False, choices=[("", "Any"), *((stage.value, stage.label) for stage in Stage)])
    state = forms.ChoiceField(label="Status", required=False, choices=[("", "Unfinished"), *STATES.items()])
    practice = forms.ModelChoiceField(queryset=Practice.objects.none(), required=False, empty_label="Any")
    person = forms.ModelChoiceField(queryset=User.objects.none(), required=False, empty_label="Anybody")
    due = forms.ChoiceField(required=False, choices=[("", "Any time"), ("today", "By the end of today")])
    overdue = forms.BooleanField(label="Overdue only", required=False)

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        self.fields["practice"].queryset = Practice.objects.visible_to(user).by_name()  # type: ignore[attr-defined]
        self.fields["person"].queryset = workers()  # type: ignore[attr-defined]

    @property
    def chosen(self) -> dict[str, Any]:
        """The filters that are set and make sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def narrow(self, rows: EncounterQuerySet, *, at: datetime, today: datetime) -> EncounterQuerySet:
        """The encounters that the filter lets through; `today` is the first moment of the reader's day."""
        chosen = self.chosen
        stage, person = Stage(chosen["stage"]) if "stage" in chosen else None, chosen.get("person")
        state = chosen.get("state", "")
        if state == "done_today":
            events = lasting(EncounterEvent.objects.filter(encounter=OuterRef("pk"), at__gte=today))
            done = Q()
            for one in [stage] if stage else Stage:
                done |= done_moves(one)
            rows = rows.filter(Exists(events.filter(done, **({"user": person} if person else {}))))
        else:
            rows = rows.filter(in_state(state, stage))
            if person:
                rows = rows.filter(Exists(Assignment.objects.open().filter(encounter=OuterRef("pk"), user=person)))
        if "practice" in chosen:
            rows = rows.filter(practice=chosen["practice"])
        if "due" in chosen:
            rows = rows.filter(due_at__lt=today + DAY, clock_stopped=False)
        if "overdue" in chosen:
            rows = rows.overdue(at=at)
        return rows


def in_state(state: str, stage: Stage | None) -> Q:
    """The condition of a status of the filter, at one stage or at all."""
    stages = [stage] if stage else list(Stage)
    held = Q(status=EncounterStatus.HELD, hold_stage__in=stages)
    in_work, ahead = Q(status__in=[IN_WORK[one] for one in stages]), Q(held_ahead())
    if state == "waiting":
        return Q(status__in=[WAITING[one] for one in stages]) | in_work & ahead
    if state == "in_work":
        return in_work & ~ahead
    if state == "held":
        return held
    if state in FINISHED:
        return Q(status=state)
    return Q(status__in=[status for status, of in STAGE_OF.items() if of in stages]) | held


def lasting(events: Any) -> Any:
    """Those of the events by which a stage was done that were not taken back afterwards."""
    undone = EncounterEvent.objects.filter(
        encounter=OuterRef("encounter"),
        pk__gt=OuterRef("pk"),
        move__in=UNDO.values(),
        new_status=OuterRef("old_status"),
    )
    return events.filter(~Exists(undone))


def held_ahead() -> Exists:
    """Whether an encounter of the outer query is only held ahead for somebody: not worked on, so it waits."""
    return Exists(Assignment.objects.open().ahead().filter(encounter=OuterRef("pk")))


def workers() -> Any:
    """The people to whom encounters are given."""
    return User.objects.with_role(Role.CODER, Role.VERIFIER).by_name()


class BulkForm(forms.Form):
    """What to do with the chosen encounters."""

    ACTIONS = ("give", "release", "first", "in_turn", "resume")

    action = forms.ChoiceField(choices=[(name, name) for name in ACTIONS])
    person = forms.ModelChoiceField(queryset=User.objects.none(), required=False, empty_label="Give to …")
    encounter = forms.ModelMultipleChoiceField(
        queryset=Encounter.objects.none(), error_messages={"required": "Choose at least one encounter."}
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.fields["person"].queryset = workers()  # type: ignore[attr-defined]
        self.fields["encounter"].queryset = Encounter.objects.visible_to(user)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("action") == "give" and not cleaned.get("person") and "person" not in self.errors:
            self.add_error("person", "Choose the person who gets them.")
        if len(cleaned.get("encounter") or ()) > AT_ONCE:
            self.add_error("encounter", f"Choose at most {AT_ONCE} encounters at once.")
        return cleaned
