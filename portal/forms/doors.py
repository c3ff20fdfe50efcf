"""Forms about a practice's doors: SFTP accounts and keys, and its FHIR server."""

import re
from typing import Any

from django import forms
from django.utils import timezone

from portal.actions.fhir import BadAddress, check_addresses
from portal.actions.sftp_accounts import SUFFIX, BadKey, read_public_key
from portal.forms.practices import day_field, specialty_field
from portal.models import FhirEndpoint, Membership, Practice, User
from portal.rules.specialties import Specialty

SPECIALTIES = [(specialty.value, specialty.label) for specialty in Specialty]
REASONS = {
    "not_https": "Both addresses must begin with https://.",
    "private_address": "An address leads into a private network.",
}


class SftpAccountForm(forms.Form):
    """Who or what signs in, and what kind of work the batches are."""

    name = forms.CharField(max_length=80, help_text="What uses it, such as “Records export” or a person's laptop.")
    suffix = forms.CharField(
        label="Sign-in name",
        max_length=23,
        help_text="Small letters, digits, hyphens. The practice's code goes in front.",
    )
    owner = forms.ModelChoiceField(
        User.objects.none(), required=False, empty_label="A system of the practice",
        help_text="A person's account stops working when the person leaves.",
    )  # fmt: skip
    specialty = forms.ChoiceField(choices=SPECIALTIES, help_text="Of the batches that come this way.")

    def __init__(self, *args: Any, practice: Practice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Membership.objects.filter(practice=practice).values("user_id")
        self.fields["owner"].queryset = User.objects.filter(is_active=True, pk__in=members).by_name()  # type: ignore[attr-defined]

    def clean_suffix(self) -> str:
        suffix = str(self.cleaned_data["suffix"]).strip().lower()
        if not SUFFIX.fullmatch(suffix):
            raise forms.ValidationError("Use 2 to 23 small letters, digits or hyphens, such as records.")
        return suffix


class SftpKeyForm(forms.Form):
    """A public key, as ssh-keygen writes it."""

    name = forms.CharField(label="Name of the key", max_length=80, help_text="Where its private half lies.")
    text = forms.CharField(
        label="Public key", max_length=4000, widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text="The one line of the .pub file. Make a pair with: ssh-keygen -t ed25519",
    )  # fmt: skip

    def clean_text(self) -> str:
        text = " ".join(str(self.cleaned_data["text"]).split())
        try:
            read_public_key(text)
        except BadKey as why:
            raise forms.ValidationError(str(why)) from None
        return text


class FhirEndpointForm(forms.ModelForm):
    """Where the practice's server is, and as whom we come."""

    specialty = specialty_field(help_text="Of the batches that come this way.")
    since = day_field(
        label="Documents from", required=False, help_text="Empty: from now on. It cannot be changed later."
    )

    class Meta:
        model = FhirEndpoint
        fields = ("base_url", "token_url", "client_id", "specialty")
        labels = {
            "base_url": "Address of the FHIR R4 server",
            "token_url": "Address of its token endpoint",
            "client_id": "Client id",
        }
        help_texts = {
            "base_url": "Such as https://ehr.example.com/fhir. The part before /DocumentReference.",
            "client_id": "Under which the server's administrator registered us as a backend service.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            del self.fields["since"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in ("base_url", "token_url"):
            address = cleaned.get(name)
            if not address:
                continue
            try:
                check_addresses(address, address)
            except BadAddress as why:
                self.add_error(
                    name, REASONS.get(str(why), "This is not an address such as https://ehr.example.com/fhir.")
                )
            if re.search(r"[\s?#]", address):
                self.add_error(name, "Leave out blanks, question marks and number signs.")
        since = cleaned.get("since")
        if since and since > timezone.localdate():
            self.add_error("since", "Choose a day that has come.")
        return cleaned
