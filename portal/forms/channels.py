"""Forms about channels: one for each kind, because each leads elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django import forms

from portal.actions.channels import BadAddress, Where, check_url
from portal.models import Channel
from portal.rules.delivery_formats import DELIVERY_FORMATS
from portal.rules.dispatches import ChannelKind, SignIn

OWN_FORMATS = (("hl7", "HL7"), ("fhir", "FHIR"))  # those of a channel's own kind
REASONS = {
    "not_https": "The address must begin with https://.",
    "private_address": "The address leads into a private network.",
}
KEEP = "Empty: the one that is there stays."


def format_choices() -> list[tuple[str, str]]:
    """Every format in which results may be made."""
    return list({**dict(OWN_FORMATS), **DELIVERY_FORMATS}.items())


class ChannelForm(forms.Form):
    """What every kind asks."""

    name = forms.CharField(max_length=80, help_text="Which system it is, such as “Billing server”.")
    formats = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple, help_text="None chosen: every format of the contract."
    )

    def __init__(self, *args: Any, channel: Channel | None = None, **kwargs: Any) -> None:
        self.channel = channel
        if channel is not None:
            names = ("name", "formats", "host", "port", "user", "path", "url", "tls", "scopes", "sign_in")
            kwargs["initial"] = {name: getattr(channel, name) for name in names}
        super().__init__(*args, **kwargs)
        self.fields["formats"].choices = format_choices()  # type: ignore[attr-defined]
        if channel is not None and "secret" in self.fields:
            self.fields["secret"].help_text = KEEP
        self.order_fields([name for name in self.fields if name != "formats"] + ["formats"])

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"]).strip()
        try:
            check_url(url)
        except BadAddress as why:
            words = REASONS.get(str(why), "This is not an address such as https://ehr.example.com/results.")
            raise forms.ValidationError(words) from None
        return url

    def where(self) -> Where:
        """What was asked, as the action wants it."""
        sent = {name: value for name, value in self.cleaned_data.items() if name != "secret"}
        sent["formats"] = tuple(sent["formats"])
        if "sign_in" in sent:
            sent["sign_in"] = SignIn(sent["sign_in"])
        return Where(**sent)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        needs = cleaned.get("sign_in") in {SignIn.PASSWORD, SignIn.BEARER}
        has = self.channel is not None and bool(self.channel.secret) and self.channel.sign_in == cleaned.get("sign_in")
        if needs and not has and not cleaned.get("secret"):
            self.add_error("secret", "Enter it: without it we cannot sign in.")
        return cleaned


class HostForm(ChannelForm):
    """A server that is reached by name and port."""

    host = forms.RegexField(
        r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$", max_length=253, label="Host",
        error_messages={"invalid": "Enter a host name, such as sftp.example.com."},
    )  # fmt: skip
    port = forms.IntegerField(min_value=1, max_value=65535, widget=forms.NumberInput(attrs={"class": "short"}))


class SftpForm(HostForm):
    """The practice's SFTP server."""

    port = forms.IntegerField(min_value=1, max_value=65535, initial=22)
    user = forms.CharField(max_length=64, label="Sign-in name")
    path = forms.CharField(max_length=200, required=False, label="Folder", help_text="It has to be there already.")
    sign_in = forms.ChoiceField(
        label="We sign in with", choices=[(one.value, one.label) for one in (SignIn.KEY, SignIn.PASSWORD)],
        help_text="Our key pair is made here; its public half is shown for the server's administrator.",
    )  # fmt: skip
    secret = forms.CharField(max_length=200, required=False, label="Password", widget=forms.PasswordInput)


class WebhookForm(ChannelForm):
    """Where we tell that results are there."""

    url = forms.CharField(max_length=300, label="Address", help_text="Gets a signed POST without patient data.")


class MllpForm(HostForm):
    """An HL7 v2 listener."""

    tls = forms.BooleanField(
        required=False, initial=True, label="TLS",
        help_text="Without it messages with patients' names cross the network in the clear: only inside a VPN.",
    )  # fmt: skip


class FhirForm(ChannelForm):
    """A FHIR server that takes bundles."""

    url = forms.CharField(max_length=300, label="Address", help_text="To which the bundle is posted, as it is.")
    sign_in = forms.ChoiceField(
        label="We sign in with",
        choices=[(one.value, one.label) for one in (SignIn.BEARER, SignIn.BACKEND, SignIn.NONE)],
    )
    secret = forms.CharField(max_length=4000, required=False, label="Bearer token", widget=forms.PasswordInput)
    scopes = forms.CharField(
        max_length=200, required=False, initial="system/*.c", help_text="Asked of the token endpoint, for our own key."
    )


FORMS: Mapping[ChannelKind, type[ChannelForm]] = MappingProxyType(
    {
        ChannelKind.SFTP: SftpForm,
        ChannelKind.WEBHOOK: WebhookForm,
        ChannelKind.MLLP: MllpForm,
        ChannelKind.FHIR: FhirForm,
    }
)
