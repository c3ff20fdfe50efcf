"""How results leave for a practice's own systems: channels, what goes through them, and each attempt."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models

from portal.models.delivery import Delivery
from portal.models.people import User
from portal.models.practice import Practice, PracticeOwnedQuerySet
from portal.models.rows import ClientRow, choices, known, together
from portal.rules.delivery_formats import LONGEST_FORMAT
from portal.rules.dispatches import OPEN, AttemptOutcome, ChannelKind, DispatchState, Pause, SignIn, Trouble


class ChannelQuerySet(PracticeOwnedQuerySet["Channel"]):
    def standing(self) -> Self:
        """Not ended; whether it sends at present is another question."""
        return self.filter(ended_at=None)


class Channel(ClientRow):
    """One way out to a system of the practice; what it sends, where to, and as whom."""

    plain_fields = (
        "name", "host", "user", "path", "url", "formats", "secret", "earlier_secret", "earlier_until", "public_key",
        "host_key", "host_key_seen", "scopes", "made_at", "changed_at", "paused_at", "ended_at", "told_at",
    )  # fmt: skip

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="channels")
    kind = models.CharField(max_length=8, choices=choices(ChannelKind))
    name = models.CharField(max_length=80)
    host = models.CharField(max_length=253, blank=True)  # SFTP and MLLP
    port = models.PositiveIntegerField(null=True, blank=True)
    user = models.CharField(max_length=64, blank=True)
    path = models.CharField(max_length=200, blank=True)  # the folder on the practice's SFTP server
    url = models.CharField(max_length=300, blank=True)  # webhook and FHIR
    tls = models.BooleanField(default=True)  # MLLP
    scopes = models.CharField(max_length=200, blank=True)  # asked of the token endpoint, if we sign in by key there
    formats = ArrayField(models.CharField(max_length=LONGEST_FORMAT), default=list, blank=True)  # none: every format
    sign_in = models.CharField(max_length=8, choices=choices(SignIn), default=SignIn.NONE)
    # Password, private key, token or signing secret, sealed under the practice's key (portal.vault).
    secret = models.BinaryField(default=b"", blank=True)
    earlier_secret = models.BinaryField(default=b"", blank=True)  # of a webhook: signs too while receivers change over
    earlier_until = models.DateTimeField(null=True, blank=True)
    public_key = models.TextField(blank=True)  # the public half of our own SSH key
    host_key = models.TextField(blank=True)  # the only key by which we know the server; a person confirmed it
    host_key_seen = models.TextField(blank=True)  # a key that the server showed and nobody has confirmed
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    pause = models.CharField(max_length=8, choices=choices(Pause), blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField(null=True, blank=True)  # people were told of its trouble, which still is

    objects = ChannelQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            known("kind", ChannelKind, name="portal_channel_kind_known"),
            known("sign_in", SignIn, name="portal_channel_sign_in_known"),
            models.CheckConstraint(
                condition=models.Q(pause="") | models.Q(pause__in=[pause.value for pause in Pause]),
                name="portal_channel_pause_known",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=[ChannelKind.SFTP, ChannelKind.MLLP], port__isnull=False, url="")
                & ~models.Q(host="")
                | models.Q(kind__in=[ChannelKind.WEBHOOK, ChannelKind.FHIR], host="", port=None) & ~models.Q(url=""),
                name="portal_channel_leads_somewhere",
            ),
            models.CheckConstraint(
                condition=models.Q(pause="") ^ models.Q(paused_at__isnull=False), name="portal_channel_paused_since"
            ),
            models.CheckConstraint(
                condition=models.Q(pause=Pause.PERSON, paused_by__isnull=False)
                | ~models.Q(pause=Pause.PERSON) & models.Q(paused_by=None),
                name="portal_channel_paused_by",
            ),
            models.CheckConstraint(
                condition=models.Q(earlier_secret=b"") ^ models.Q(earlier_until__isnull=False),
                name="portal_channel_earlier_until",
            ),
            together("ended_at", "ended_by", name="portal_channel_ended_by_at"),
        ]
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return f"channel {self.pk}"

    @property
    def sends(self) -> bool:
        """Whether it sends at present: not ended, not paused, its server known."""
        knows_whom = self.kind != ChannelKind.SFTP or bool(self.host_key)
        return self.ended_at is None and not self.pause and knows_whom


class DispatchQuerySet(PracticeOwnedQuerySet["Dispatch"]):
    def unfinished(self) -> Self:
        return self.filter(state__in=OPEN)

    def troubled(self) -> Self:
        """Those that a person should look at, the oldest trouble first."""
        return self.exclude(trouble="").order_by("trouble_since", "pk")


class Dispatch(ClientRow):
    """One result file on its way through one channel; without a file, a test of the channel."""

    plain_fields = ("key", "made_at", "ended_at", "trouble_since")

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="dispatches")
    delivery = models.ForeignKey(Delivery, null=True, blank=True, on_delete=models.PROTECT, related_name="dispatches")
    state = models.CharField(max_length=8, choices=choices(DispatchState), default=DispatchState.WAITING)
    key = models.CharField(max_length=40)  # by which the receiver knows a repetition
    failures = models.PositiveSmallIntegerField(default=0)  # one after the other
    taken = models.PositiveIntegerField(default=0)  # messages of the file that the receiver has acknowledged
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    resend_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="resends")
    trouble = models.CharField(max_length=8, choices=choices(Trouble), blank=True)
    trouble_since = models.DateTimeField(null=True, blank=True)

    objects = DispatchQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            known("state", DispatchState, name="portal_dispatch_state_known"),
            models.CheckConstraint(
                condition=models.Q(trouble="") | models.Q(trouble__in=[trouble.value for trouble in Trouble]),
                name="portal_dispatch_trouble_known",
            ),
            models.UniqueConstraint(
                fields=["channel", "key"],
                condition=~models.Q(state=DispatchState.REPLACED),
                name="portal_dispatch_key_once",
            ),
            models.UniqueConstraint(
                fields=["channel", "delivery"],
                condition=models.Q(state__in=sorted(state.value for state in OPEN)),
                name="portal_dispatch_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=sorted(state.value for state in OPEN)) ^ models.Q(ended_at__isnull=False),
                name="portal_dispatch_ended_since",
            ),
            models.CheckConstraint(
                condition=models.Q(trouble="") ^ models.Q(trouble_since__isnull=False),
                name="portal_dispatch_trouble_since_when",
            ),
        ]
        indexes = [
            models.Index(fields=["channel", "-id"], name="portal_dispatch_newest"),
            models.Index(
                fields=["made_at"], condition=models.Q(state__in=["sending", "waiting"]), name="portal_dispatch_open"
            ),
            models.Index(fields=["trouble_since"], condition=~models.Q(trouble=""), name="portal_dispatch_troubled"),
        ]
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"dispatch {self.pk}"

    @property
    def is_test(self) -> bool:
        return self.delivery_id is None


class Attempt(ClientRow):
    """One try to hand a dispatch over; never what was sent or answered beyond a code."""

    plain_fields = ("at", "fault", "code")

    dispatch = models.ForeignKey(Dispatch, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=choices(AttemptOutcome), blank=True)  # none while it goes on
    fault = models.CharField(max_length=40, blank=True)
    code = models.CharField(max_length=8, blank=True)  # an HTTP status, an acknowledgement code
    milliseconds = models.PositiveIntegerField(null=True, blank=True)

    objects = PracticeOwnedQuerySet["Attempt"].as_manager()

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(outcome="") | models.Q(outcome__in=[outcome.value for outcome in AttemptOutcome]),
                name="portal_attempt_outcome_known",
            ),
            models.UniqueConstraint(fields=["dispatch", "number"], name="portal_attempt_number_once"),
        ]
        ordering = ("dispatch", "number")

    def __str__(self) -> str:
        return f"attempt {self.number} of dispatch {self.dispatch_id}"
