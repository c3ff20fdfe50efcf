"""Channels to the practices' own systems, what goes through them, and each attempt."""

import django.contrib.postgres.fields
import django.db.models.deletion
import portal.rules.dispatches
from django.conf import settings
from django.db import migrations, models

from portal.tenancy import in_one, row_security, same_practice

TABLES = ("portal_channel", "portal_dispatch", "portal_attempt")
PARENTS = (
    ("portal_dispatch", "channel_id", "portal_channel"),
    ("portal_dispatch", "delivery_id", "portal_delivery"),
    ("portal_dispatch", "resend_of_id", "portal_dispatch"),
    ("portal_attempt", "dispatch_id", "portal_dispatch"),
)


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0025_languages"),
    ]

    operations = [
        migrations.CreateModel(
            name="Channel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("sftp", "SFTP push"),
                            ("webhook", "Webhook"),
                            ("mllp", "HL7 over MLLP"),
                            ("fhir", "FHIR"),
                        ],
                        max_length=8,
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("host", models.CharField(blank=True, max_length=253)),
                ("port", models.PositiveIntegerField(blank=True, null=True)),
                ("user", models.CharField(blank=True, max_length=64)),
                ("path", models.CharField(blank=True, max_length=200)),
                ("url", models.CharField(blank=True, max_length=300)),
                ("tls", models.BooleanField(default=True)),
                ("scopes", models.CharField(blank=True, max_length=200)),
                (
                    "formats",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=16), blank=True, default=list, size=None
                    ),
                ),
                (
                    "sign_in",
                    models.CharField(
                        choices=[
                            ("none", "Nothing"),
                            ("password", "Password"),
                            ("key", "Our own key pair"),
                            ("bearer", "Bearer token"),
                            ("backend", "The key of the FHIR server under Doors"),
                        ],
                        default=portal.rules.dispatches.SignIn["NONE"],
                        max_length=8,
                    ),
                ),
                ("secret", models.BinaryField(blank=True, default=b"")),
                ("earlier_secret", models.BinaryField(blank=True, default=b"")),
                ("earlier_until", models.DateTimeField(blank=True, null=True)),
                ("public_key", models.TextField(blank=True)),
                ("host_key", models.TextField(blank=True)),
                ("host_key_seen", models.TextField(blank=True)),
                ("made_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                (
                    "pause",
                    models.CharField(
                        blank=True,
                        choices=[("person", "Person"), ("host_key", "Host key"), ("gone", "Gone")],
                        max_length=8,
                    ),
                ),
                ("paused_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "paused_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="channels", to="portal.practice"
                    ),
                ),
            ],
            options={
                "ordering": ("name", "pk"),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Dispatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sending", "Sending"),
                            ("sent", "Sent"),
                            ("accepted", "Accepted"),
                            ("rejected", "Rejected"),
                            ("failed", "Failed"),
                            ("replaced", "Replaced"),
                        ],
                        default=portal.rules.dispatches.DispatchState["WAITING"],
                        max_length=8,
                    ),
                ),
                ("key", models.CharField(max_length=40)),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                ("taken", models.PositiveIntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "trouble",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("rejected", "Rejected by the receiver"),
                            ("failed", "Given up after every attempt"),
                            ("stopped", "The channel paused itself"),
                            ("repeated", "Fails again and again"),
                            ("late", "Not delivered by the promised time"),
                        ],
                        max_length=8,
                    ),
                ),
                ("trouble_since", models.DateTimeField(blank=True, null=True)),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="dispatches", to="portal.channel"
                    ),
                ),
                (
                    "delivery",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dispatches",
                        to="portal.delivery",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="portal.practice"
                    ),
                ),
                (
                    "resend_of",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="resends",
                        to="portal.dispatch",
                    ),
                ),
            ],
            options={
                "ordering": ("-pk",),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("accepted", "Accepted"),
                            ("sent", "Sent"),
                            ("rejected", "Rejected"),
                            ("failed", "Failed"),
                            ("cut", "Cut"),
                        ],
                        max_length=8,
                    ),
                ),
                ("fault", models.CharField(blank=True, max_length=40)),
                ("code", models.CharField(blank=True, max_length=8)),
                ("milliseconds", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "practice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="portal.practice"
                    ),
                ),
                (
                    "dispatch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="portal.dispatch"
                    ),
                ),
            ],
            options={
                "ordering": ("dispatch", "number"),
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.UniqueConstraint(fields=("id", "practice"), name="portal_channel_id_practice"),
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["sftp", "webhook", "mllp", "fhir"])), name="portal_channel_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.CheckConstraint(
                condition=models.Q(("sign_in__in", ["none", "password", "key", "bearer", "backend"])),
                name="portal_channel_sign_in_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.CheckConstraint(
                condition=models.Q(("pause", ""), ("pause__in", ["person", "host_key", "gone"]), _connector="OR"),
                name="portal_channel_pause_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "kind__in",
                            [portal.rules.dispatches.ChannelKind["SFTP"], portal.rules.dispatches.ChannelKind["MLLP"]],
                        ),
                        ("port__isnull", False),
                        ("url", ""),
                        models.Q(("host", ""), _negated=True),
                    ),
                    models.Q(
                        ("host", ""),
                        (
                            "kind__in",
                            [
                                portal.rules.dispatches.ChannelKind["WEBHOOK"],
                                portal.rules.dispatches.ChannelKind["FHIR"],
                            ],
                        ),
                        ("port", None),
                        models.Q(("url", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="portal_channel_leads_somewhere",
            ),
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.CheckConstraint(
                condition=models.Q(("pause", ""), ("paused_at__isnull", False), _connector="XOR"),
                name="portal_channel_paused_since",
            ),
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("pause", portal.rules.dispatches.Pause["PERSON"]), ("paused_by__isnull", False)),
                    models.Q(
                        models.Q(("pause", portal.rules.dispatches.Pause["PERSON"]), _negated=True), ("paused_by", None)
                    ),
                    _connector="OR",
                ),
                name="portal_channel_paused_by",
            ),
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.CheckConstraint(
                condition=models.Q(("earlier_secret", b""), ("earlier_until__isnull", False), _connector="XOR"),
                name="portal_channel_earlier_until",
            ),
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("ended_by__isnull", True)),
                    models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                    _connector="OR",
                ),
                name="portal_channel_ended_by_at",
            ),
        ),
        migrations.AddIndex(
            model_name="dispatch",
            index=models.Index(fields=["channel", "-id"], name="portal_dispatch_newest"),
        ),
        migrations.AddIndex(
            model_name="dispatch",
            index=models.Index(
                condition=models.Q(("state__in", ["sending", "waiting"])),
                fields=["made_at"],
                name="portal_dispatch_open",
            ),
        ),
        migrations.AddIndex(
            model_name="dispatch",
            index=models.Index(
                condition=models.Q(("trouble", ""), _negated=True),
                fields=["trouble_since"],
                name="portal_dispatch_troubled",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispatch",
            constraint=models.UniqueConstraint(fields=("id", "practice"), name="portal_dispatch_id_practice"),
        ),
        migrations.AddConstraint(
            model_name="dispatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["waiting", "sending", "sent", "accepted", "rejected", "failed", "replaced"])
                ),
                name="portal_dispatch_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("trouble", ""),
                    ("trouble__in", ["rejected", "failed", "stopped", "repeated", "late"]),
                    _connector="OR",
                ),
                name="portal_dispatch_trouble_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispatch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", portal.rules.dispatches.DispatchState["REPLACED"]), _negated=True),
                fields=("channel", "key"),
                name="portal_dispatch_key_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispatch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["sending", "waiting"])),
                fields=("channel", "delivery"),
                name="portal_dispatch_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["sending", "waiting"]), ("ended_at__isnull", False), _connector="XOR"
                ),
                name="portal_dispatch_ended_since",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("trouble", ""), ("trouble_since__isnull", False), _connector="XOR"),
                name="portal_dispatch_trouble_since_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(fields=("id", "practice"), name="portal_attempt_id_practice"),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("outcome", ""), ("outcome__in", ["accepted", "sent", "rejected", "failed", "cut"]), _connector="OR"
                ),
                name="portal_attempt_outcome_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(fields=("dispatch", "number"), name="portal_attempt_number_once"),
        ),
        in_one(
            *(row_security(table) for table in TABLES),
            *(same_practice(table, column, parent) for table, column, parent in PARENTS),
        ),
    ]
