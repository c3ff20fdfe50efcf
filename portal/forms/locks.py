"""The form in which a practice gives the password of a PDF."""

from __future__ import annotations

from django import forms


class PasswordOfChart(forms.Form):
    """A password as it was typed: blanks at its ends may belong to it."""

    password = forms.CharField(
        label="Password of the file",
        max_length=127,  # bytes a PDF password may have (ISO 32000-2, 7.6.4.3.3)
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Enter the password."},
        help_text="Used once to open the file, and not kept.",
    )

    def clean_password(self) -> str:
        """One line: it is handed over as one."""
        password: str = self.cleaned_data["password"]
        if "\n" in password or "\r" in password:
            raise forms.ValidationError("A password is one line.")
        return password
