"""Forms of the register of credentials."""

from typing import Any

from django import forms

from portal.models import Practice, User, choices
from portal.rules.credentials import CredentialKind
from portal.rules.roles import Role
from portal.rules.specialties import Specialty

KINDS = [(kind.value, f"{kind.label} ({kind.issuer})") for kind in CredentialKind]


class CredentialForm(forms.Form):
    """A certificate that a person has, or its renewal."""

    user = forms.ModelChoiceField(User.objects.none(), label="Person", empty_label="Choose a person")
    kind = forms.TypedChoiceField(label="Credential", choices=KINDS, coerce=CredentialKind)
    number = forms.CharField(label="Number in the register", max_length=40)
    expires_on = forms.DateField(label="Holds through", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.with_role(Role.CODER, Role.VERIFIER).by_name()
        self.fields["user"].queryset = people  # type: ignore[attr-defined]


class DemandForm(forms.Form):
    """Where one of some credentials is needed."""

    practice = forms.ModelChoiceField(Practice.objects.none(), required=False, empty_label="All practices")
    specialty = forms.ChoiceField(choices=[("", "All specialties"), *choices(Specialty)], required=False)
    kinds = forms.TypedMultipleChoiceField(
        label="One of these is needed",
        choices=[(kind.value, kind.label) for kind in CredentialKind],
        coerce=CredentialKind,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one credential."},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        practices = Practice.objects.visible_to(user).filter(is_active=True).by_name()
        self.fields["practice"].queryset = practices  # type: ignore[attr-defined]
