"""Forms about people: invitations, roles, work, and joining."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.utils.html import format_html_join

from portal.models import Invitation, Practice, User, choices
from portal.rules.languages import Language
from portal.rules.roles import ROLE_LABELS, Role, misfit
from portal.rules.specialties import Specialty
from portal.rules.stages import Stage

ROLE_CHOICES = [(role.value, ROLE_LABELS[role]) for role in Role]
SPECIALTY_CHOICES = [(specialty.value, specialty.label) for specialty in Specialty]
PUSH_LIMIT = 50


class RolesForm(forms.Form):
    """Roles, and the practice of a practice user."""

    roles = forms.TypedMultipleChoiceField(
        choices=ROLE_CHOICES,
        coerce=Role,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one role."},
    )
    practice = forms.ModelChoiceField(
        Practice.objects.none(),
        required=False,
        empty_label="None: works for the service",
        help_text="For practice users only.",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["practice"].queryset = Practice.objects.visible_to(user).filter(is_active=True).by_name()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if roles := cleaned.get("roles"):
            practice = cleaned.get("practice")
            if fault := misfit(roles, has_practice=practice is not None):
                self.add_error("practice" if "practice of" in fault or "belong" in fault else "roles", fault)
        return cleaned


class InviteForm(RolesForm):
    """Who is invited, as what."""

    email = forms.EmailField(label="E-mail address", max_length=254)
    name = forms.CharField(label="Full name", max_length=120)
    specialties = forms.TypedMultipleChoiceField(
        choices=SPECIALTY_CHOICES,
        coerce=Specialty,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="What a coder or verifier may work on.",
    )
    field_order = ("email", "name", "roles", "practice", "specialties")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        roles = cleaned.get("roles") or []
        if {Role.CODER, Role.VERIFIER} & set(roles) and not cleaned.get("specialties") and not self.errors:
            self.add_error("specialties", "Choose at least one specialty for a coder or verifier.")
        return cleaned


def skill_of(value: str) -> tuple[Specialty, Stage]:
    specialty, stage = value.split(":")
    return Specialty(specialty), Stage(stage)


class WorkForm(forms.Form):
    """What kind of work a coder or verifier gets."""

    skills = forms.TypedMultipleChoiceField(
        choices=[
            (f"{specialty}:{stage}", f"{specialty.label}, {stage.label}") for specialty in Specialty for stage in Stage
        ],
        coerce=skill_of,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    push_limit = forms.IntegerField(
        label="Charts assigned ahead",
        min_value=0,
        max_value=PUSH_LIMIT,
        help_text="How many charts may wait in this person's name. 0: they take the next one themselves.",
    )

    languages = forms.TypedMultipleChoiceField(
        label="Reads charts in", choices=choices(Language), coerce=Language, widget=forms.CheckboxSelectMultiple,
        required=False, empty_value=[Language.ENGLISH],
    )  # fmt: skip

    def skill_rows(self) -> list[dict[str, Any]]:
        """The skills as a table: a row for each specialty with a box for each stage."""
        chosen = set(self["skills"].value() or [])
        return [
            {
                "label": specialty.label,
                "boxes": [
                    {"value": f"{specialty}:{stage}", "label": stage.label, "checked": f"{specialty}:{stage}" in chosen}
                    for stage in Stage
                ],
            }
            for specialty in Specialty
        ]


class ClientRuleForm(forms.Form):
    """A practice whose work this person must not get."""

    practice = forms.ModelChoiceField(Practice.objects.none(), empty_label="Choose a practice")
    reason = forms.CharField(label="Reason, without any patient's data", max_length=200)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["practice"].queryset = Practice.objects.visible_to(user).by_name()  # type: ignore[attr-defined]


class DeactivateForm(forms.Form):
    """Who goes on with the open work of a person whose access ends, and what becomes of the keys they made."""

    hand_to = forms.ModelChoiceField(
        User.objects.none(), label="Open work goes to", required=False, empty_label="The queue",
        help_text="With its drafts. What this person may not have goes back to the queue.",
    )  # fmt: skip
    revoke_keys = forms.BooleanField(label="Revoke these keys too", required=False)

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = User.objects.with_role(Role.CODER, Role.VERIFIER).exclude(pk=person.pk).by_name()
        self.fields["hand_to"].queryset = others  # type: ignore[attr-defined]


class JoinForm(forms.Form):
    """Name and password of somebody who was invited."""

    name = forms.CharField(label="Full name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invitation = invitation
        self.fields["password"].help_text = format_html_join(
            " ", "{}", ((text,) for text in password_validators_help_texts())
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if password := cleaned.get("password"):
            person = User(email=self.invitation.email, name=cleaned.get("name", ""))
            try:
                validate_password(password, person)
            except forms.ValidationError as trouble:
                self.add_error("password", trouble)
        return cleaned
