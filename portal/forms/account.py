"""Forms of one's own account: unlocking, appearance, API keys."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from portal.actions.tokens_admin import LONGEST
from portal.forms.practices import day_field
from portal.models import Practice, TokenScope, User

END_OF_DAY = time(23, 59, 59)


class UnlockForm(forms.Form):
    password = forms.CharField(
        strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True})
    )


class AppearanceForm(forms.Form):
    theme = forms.ChoiceField(choices=User._meta.get_field("theme").choices or ())
    density = forms.ChoiceField(choices=User._meta.get_field("density").choices or (), required=False)


class TokenForm(forms.Form):
    """What a key is for, what it may do, until when."""

    name = forms.CharField(max_length=80, help_text="Which system uses it, such as “Records export”.")
    practice = forms.ModelChoiceField(Practice.objects.none(), empty_label=None)
    scopes = forms.TypedMultipleChoiceField(
        label="May do",
        choices=[(scope.value, scope.label) for scope in TokenScope],
        coerce=TokenScope,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one thing that the key may do."},
    )
    expires_on = day_field(label="Ends on", help_text="At most one year from today.")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        practices = Practice.objects.visible_to(user).by_name()
        self.fields["practice"].queryset = practices  # type: ignore[attr-defined]
        if len(practices) == 1:
            self.fields["practice"].initial = practices[0]
            self.fields["practice"].widget = forms.HiddenInput()

    def clean_expires_on(self) -> datetime:
        """The end of that day in the person's zone."""
        day, now = self.cleaned_data["expires_on"], timezone.now()
        end = timezone.make_aware(datetime.combine(day, END_OF_DAY))
        if end <= now:
            raise forms.ValidationError("Choose a day that has not passed.")
        if end > now + LONGEST:
            raise forms.ValidationError("A key ends within a year. Choose an earlier day.")
        return end
