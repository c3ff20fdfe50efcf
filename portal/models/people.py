"""People: who signs in, with which roles, for which practice."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from portal.models.practice import Practice
from portal.models.rows import ClientRow, choices, known, together
from portal.rules.keyboard import Keyboard, Layout
from portal.rules.languages import Language
from portal.rules.roles import ROLE_LABELS, STAFF_ROLES, Permission, Role, granted
from portal.rules.specialties import Specialty
from portal.rules.stages import Stage


class UserQuerySet(models.QuerySet["User"]):
    def with_role(self, *roles: Role) -> UserQuerySet:
        return self.filter(is_active=True, user_roles__role__in=roles).distinct()

    def of_practice(self, practice_id: int) -> UserQuerySet:
        return self.filter(is_active=True, memberships__practice_id=practice_id)

    def by_name(self) -> UserQuerySet:
        return self.order_by("name", "pk")


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user: User = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> User:
        user: User = self.get(email=(email or "").lower())
        return user


def in_english() -> list[str]:
    return [Language.ENGLISH.value]


class User(AbstractBaseUser, PermissionsMixin):
    """One person; `is_staff` means an operator of the Django admin, not a staff role."""

    patient_fields = ()
    plain_fields = (
        "email",
        "name",
        "password",
        "last_login",
        "date_joined",
        "deactivated_at",
        "time_zone",
        "own_keys",
        "languages",
    )

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(auto_now_add=True)
    deactivated_at = models.DateTimeField(null=True, blank=True)
    deactivated_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    time_zone = models.CharField(max_length=64, default="America/New_York")
    theme = models.CharField(max_length=10, default="system", choices=[(t, t) for t in ("system", "light", "dark")])
    density = models.CharField(
        max_length=12, default="compact", choices=[(d, d) for d in ("dense", "compact", "comfortable")]
    )
    key_layout = models.CharField(
        max_length=12, default=Layout.TWO_HANDS.value, db_default=Layout.TWO_HANDS.value, choices=choices(Layout)
    )
    # Whether a letter or sign alone counts as a key (WCAG 2.1.4).
    single_keys = models.BooleanField(default=True, db_default=True)
    # The keys of actions this person changed, by the action's id: {"code.reject": ["delete"], "code.note": []}.
    own_keys = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()), blank=True)
    # How many encounters are assigned to this person ahead of time; 0 leaves them to take work themselves.
    push_limit = models.PositiveSmallIntegerField(default=0)
    # In which this person reads charts.
    languages = ArrayField(
        models.CharField(max_length=2, choices=choices(Language)), default=in_english,
        db_default=models.Value(["en"], ArrayField(models.CharField(max_length=2))),
    )  # fmt: skip

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="portal_user_email_lower"),
            models.CheckConstraint(
                condition=models.Q(is_active=True) | models.Q(deactivated_at__isnull=False),
                name="portal_user_inactive_since",
            ),
            together("deactivated_at", "deactivated_by", name="portal_user_deactivated_by_at"),
            models.CheckConstraint(
                condition=models.Q(theme__in=["system", "light", "dark"]), name="portal_user_theme_known"
            ),
            models.CheckConstraint(
                condition=models.Q(density__in=["dense", "compact", "comfortable"]), name="portal_user_density_known"
            ),
            models.CheckConstraint(
                condition=models.Q(languages__len__gt=0, languages__contained_by=[one.value for one in Language]),
                name="portal_user_languages_known",
            ),
            known("key_layout", Layout, name="portal_user_key_layout_known"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]

    @property
    def initials(self) -> str:
        return "".join(part[0] for part in self.name.split()[:2]).upper()

    @cached_property
    def roles(self) -> frozenset[Role]:
        return frozenset(Role(row.role) for row in self.user_roles.all())

    @cached_property
    def practice_ids(self) -> frozenset[int]:
        return frozenset(row.practice_id for row in self.memberships.all())

    @cached_property
    def permissions(self) -> frozenset[Permission]:
        return granted(self.roles) if self.is_active else frozenset()

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    @property
    def keyboard(self) -> Keyboard:
        """This person's keys."""
        own = {id_: tuple(keys) for id_, keys in self.own_keys.items()}
        return Keyboard(Layout(self.key_layout), self.single_keys, own)

    @property
    def is_service_staff(self) -> bool:
        """Whether this person works for the service (any staff role) and not for a practice."""
        return bool(self.roles & STAFF_ROLES)

    @property
    def role_labels(self) -> list[str]:
        return [ROLE_LABELS[role] for role in Role if role in self.roles]


class UserRole(models.Model):
    """A role of a person; roles are rows so that who gave one, and when, is known."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="user_roles")
    role = models.CharField(max_length=12, choices=choices(Role))
    granted_at = models.DateTimeField(auto_now_add=True)
    granted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    plain_fields = ("granted_at",)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role"], name="portal_userrole_once"),
            known("role", Role, name="portal_userrole_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class Membership(ClientRow):
    """A practice user's place in a practice."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    # Whether this person gets the e-mail when results are ready.
    receives_results = models.BooleanField(default=True)

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["practice", "user"], name="portal_membership_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.practice_id}"


def every_stage() -> list[str]:
    return [stage.value for stage in Stage]


class Skill(models.Model):
    """A specialty in which a coder or verifier may work, at which stages, and since when."""

    plain_fields = ("since", "stages")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="skills")
    specialty = models.CharField(max_length=24, choices=choices(Specialty))
    stages = ArrayField(
        models.CharField(max_length=12, choices=choices(Stage)), default=every_stage,
        db_default=models.Value(["precoding", "coding", "verification"], ArrayField(models.CharField(max_length=12))),
    )  # fmt: skip
    since = models.DateField(null=True, blank=True)  # unknown of the first ones

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(stages__len__gt=0, stages__contained_by=[stage.value for stage in Stage]),
                name="portal_skill_stages_known",
            ),
            models.UniqueConstraint(fields=["user", "specialty"], name="portal_skill_once"),
            known("specialty", Specialty, name="portal_skill_specialty_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.specialty}"


class ClientRule(ClientRow):
    """A practice whose work a person must not be given (conflict of interest, the client's wish)."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="client_rules")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="client_rules")
    reason = models.CharField(max_length=200)

    plain_fields = ("reason",)

    class Meta(ClientRow.Meta):
        constraints = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["practice", "user"], name="portal_clientrule_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} not for {self.practice_id}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self, *, at: datetime) -> InvitationQuerySet:
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=at)


class Invitation(models.Model):
    """A link by which a new person joins; only the hash of its secret is kept."""

    patient_fields = ()
    plain_fields = (
        "email", "name", "roles", "token_hash", "created_at", "expires_at", "accepted_at", "revoked_at", "specialties",
    )  # fmt: skip

    email = models.EmailField()
    name = models.CharField(max_length=120)
    roles = ArrayField(models.CharField(max_length=12, choices=choices(Role)))
    practice = models.ForeignKey(Practice, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    specialties = ArrayField(models.CharField(max_length=24, choices=choices(Specialty)), default=list, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            together("accepted_at", "accepted_by", name="portal_invitation_accepted_by_at"),
            models.UniqueConstraint(
                fields=["email"],
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="portal_invitation_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"
