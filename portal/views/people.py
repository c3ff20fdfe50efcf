"""People and invitations, for admins. Here stand names and rights, never charts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.sessions.models import Session
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.access import SignedRequest, found, requires
from portal.actions import people as actions
from portal.actions.invitations import (
    AlreadyAPerson,
    AlreadyInvited,
    InvitationGone,
    invite_person,
    resend_invitation,
    revoke_invitation,
)
from portal.actions.tokens_admin import revoke_tokens_of
from portal.forms.people import ClientRuleForm, DeactivateForm, InviteForm, RolesForm, WorkForm
from portal.models import ApiToken, AuditEvent, ClientRule, Invitation, Practice, User
from portal.rules.roles import ROLE_LABELS, Permission, Role, granted, in_words, overlapping_duties

AT_ONCE = 50
FACTORS = {Authenticator.Type.WEBAUTHN: "Passkey", Authenticator.Type.TOTP: "App"}
ACTIVE = {"label": "Active", "glyph": "✓", "tone": "plain"}
INACTIVE = {"label": "Deactivated", "glyph": "✕", "tone": "neutral"}
admins = requires(Permission.MANAGE_PEOPLE)


def with_sessions(rows: QuerySet[User], *, at: datetime) -> QuerySet[User]:
    """Each person with `open_sessions`, what the list shows of them already fetched."""
    alive = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=at)
    of_person = (
        UserSession.objects.filter(
            user=OuterRef("pk"), created_at__gt=at - timedelta(seconds=settings.SESSION_COOKIE_AGE)
        )
        .filter(Exists(alive))
        .order_by()
        .values("user")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return rows.annotate(open_sessions=Coalesce(Subquery(of_person, output_field=IntegerField()), 0)).prefetch_related(
        "user_roles", "memberships__practice", "authenticator_set", "skills"
    )


def row_of(person: User) -> dict[str, Any]:
    """A person as the list shows them."""
    kinds = {row.type for row in person.authenticator_set.all()}  # type: ignore[attr-defined]
    return {
        "url": reverse("portal:person", args=[person.pk]),
        "name": person.name,
        "email": person.email,
        "roles": ", ".join(person.role_labels) or "None",
        "practice": ", ".join(row.practice.name for row in person.memberships.all()),
        "factor": ", ".join(label for kind, label in FACTORS.items() if kind in kinds) or "None",
        "last_sign_in": person.last_login,
        "sessions": person.open_sessions,  # type: ignore[attr-defined]
        "status": ACTIVE if person.is_active else INACTIVE,
    }


@require_GET
@admins
def people(request: SignedRequest) -> HttpResponse:
    """Everybody who signs in, by name; keyset pages."""
    rows = User.objects.by_name()
    query, show = request.GET.get("q", "").strip(), request.GET.get("show", "active")
    if show == "active":
        rows = rows.filter(is_active=True)
    if role := request.GET.get("role", ""):
        rows = rows.filter(user_roles__role=role)
    if query:
        rows = rows.filter(Q(name__icontains=query) | Q(email__icontains=query))
    if (
        after := User.objects.filter(pk=request.GET.get("after")).first()
        if request.GET.get("after", "").isdigit()
        else None
    ):
        rows = rows.filter(Q(name__gt=after.name) | Q(name=after.name, pk__gt=after.pk))
    now = timezone.now()
    page = list(with_sessions(rows, at=now)[: AT_ONCE + 1])
    kept: dict[str, Any] = {name: value for name, value in (("q", query), ("show", show), ("role", role)) if value}
    more = len(page) > AT_ONCE
    invitations = Invitation.objects.filter(accepted_at=None, revoked_at=None).select_related("practice", "created_by")
    return render(
        request,
        "portal/people.html",
        {
            "people": [row_of(person) for person in page[:AT_ONCE]],
            "invitations": [
                {
                    "pk": invitation.pk,
                    "name": invitation.name,
                    "email": invitation.email,
                    "roles": ", ".join(ROLE_LABELS[Role(role)] for role in invitation.roles),
                    "practice": invitation.practice.name if invitation.practice else "",
                    "expires_at": invitation.expires_at,
                    "expired": invitation.expires_at <= now,
                }
                for invitation in invitations.order_by("-created_at")[:AT_ONCE]
            ],
            "query": query,
            "show": show,
            "role": role,
            "role_choices": [(found_role.value, ROLE_LABELS[found_role]) for found_role in Role],
            "filtered": bool(query or role),
            "pagination": {
                "previous_url": f"?{urlencode(kept)}" if after else None,
                "next_url": f"?{urlencode({**kept, 'after': page[AT_ONCE - 1].pk})}" if more else None,
                "text": "",
            },
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@admins
def invite(request: SignedRequest) -> HttpResponseBase:
    """Invite somebody; the link is mailed, and shown here once."""
    form = InviteForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            invitation, secret = invite_person(**form.cleaned_data, by=request.user, at=timezone.now())
        except AlreadyAPerson:
            form.add_error("email", "Somebody already signs in with this address.")
        except AlreadyInvited:
            form.add_error("email", "This address has an open invitation. Send it again from the list of people.")
        else:
            return show_link(request, invitation, secret)
    return render(request, "portal/person_invite.html", {"form": form})


def show_link(request: SignedRequest, invitation: Invitation, secret: str) -> HttpResponse:
    return render(
        request,
        "portal/invitation_sent.html",
        {
            "invited": invitation.email,
            "link": f"{settings.SITE_URL}{reverse('portal:join', args=[secret])}",
            "hours": settings.INVITATION_HOURS,
        },
    )


@require_POST
@admins
def invitation_resend(request: SignedRequest, pk: int) -> HttpResponseBase:
    invitation = found(request, Invitation.objects.select_related("practice"), pk=pk)
    try:
        secret = resend_invitation(invitation=invitation, by=request.user, at=timezone.now())
    except InvitationGone:
        messages.error(request, "This invitation was used or taken back. Nothing was sent.")
        return redirect("portal:people")
    return show_link(request, invitation, secret)


@require_POST
@admins
def invitation_revoke(request: SignedRequest, pk: int) -> HttpResponseBase:
    invitation = found(request, Invitation.objects.all(), pk=pk)
    try:
        revoke_invitation(invitation=invitation, by=request.user, at=timezone.now())
    except InvitationGone:
        messages.error(request, "This invitation was used or taken back before.")
    else:
        messages.success(request, f"The invitation of {invitation.email} no longer opens anything.")
    return redirect("portal:people")


def person_page(request: SignedRequest, person: User, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The page of one person; forms that were sent with mistakes are shown with them."""
    membership = person.memberships.select_related("practice").first()
    person = with_sessions(User.objects.filter(pk=person.pk), at=timezone.now()).get()
    works = bool({Role.CODER, Role.VERIFIER} & person.roles)
    context: dict[str, Any] = {
        "person": person,
        "facts": row_of(person),
        "practice": membership.practice if membership else None,
        "works": works,
        "is_self": person.pk == request.user.pk,
        "has_factor": person.authenticator_set.exists(),  # type: ignore[attr-defined]
        "roles_form": RolesForm(
            user=request.user,
            initial={"roles": sorted(person.roles), "practice": membership.practice if membership else None},
        ),
        "work_form": WorkForm(
            initial={
                "skills": [f"{row.specialty}:{stage}" for row in person.skills.all() for stage in row.stages],
                "push_limit": person.push_limit,
                "languages": person.languages,
            }
        ),
        "rule_form": ClientRuleForm(user=request.user),
        "rules": list(ClientRule.objects.filter(user=person).select_related("practice").order_by("practice__name")),
        "tokens": keys_of(request, person),
        "warnings": duty_warnings(person.roles),
        "deactivated_by": person.deactivated_by,
        "events": AuditEvent.objects.filter(object_type="portal.user", object_id=person.pk)
        .select_related("actor")
        .order_by("-at", "-pk")[:10],
    }
    return render(request, "portal/person.html", {**context, **forms}, status=status)


def keys_of(request: SignedRequest, person: User, *, kept_for: Practice | None = None) -> list[ApiToken]:
    """The working keys that the person made, but those of the practice `kept_for`."""
    keys = ApiToken.objects.visible_to(request.user).made_by(person).working(at=timezone.now())
    return list(keys.exclude(practice=kept_for).select_related("practice"))


def duty_warnings(roles: frozenset[Role]) -> list[str]:
    return [f"{ROLE_LABELS[one]} and {ROLE_LABELS[other]}" for one, other in overlapping_duties(roles)]


@require_GET
@admins
def person(request: SignedRequest, pk: int) -> HttpResponse:
    return person_page(request, found(request, User.objects.all(), pk=pk))


@require_POST
@admins
def person_roles(request: SignedRequest, pk: int) -> HttpResponseBase:
    """First show what would change, in plain words; change it when that is confirmed."""
    target = found(request, User.objects.all(), pk=pk)
    form = RolesForm(request.POST, user=request.user)
    if not form.is_valid():
        return person_page(request, target, status=422, roles_form=form)
    roles, practice = frozenset(form.cleaned_data["roles"]), form.cleaned_data["practice"]
    if "confirmed" not in request.POST:
        return confirm_roles(request, target, form)
    try:
        actions.change_roles(
            user=target,
            roles=roles,
            practice=practice,
            by=request.user,
            at=timezone.now(),
            revoke_keys="revoke_keys" in request.POST,
        )
    except actions.LastAdmin:
        messages.error(request, "This is the last admin. Make somebody else an admin first.")
    else:
        messages.success(
            request, f"{target.name} now is: {', '.join(ROLE_LABELS[role] for role in Role if role in roles)}."
        )
    return redirect("portal:person", pk=target.pk)


def confirm_roles(request: SignedRequest, target: User, form: RolesForm) -> HttpResponse:
    wanted, practice = frozenset(form.cleaned_data["roles"]), form.cleaned_data["practice"]
    held, before = target.roles, target.memberships.select_related("practice").first()
    return render(
        request,
        "portal/person_roles.html",
        {
            "person": target,
            "added": [ROLE_LABELS[role] for role in Role if role in wanted - held],
            "removed": [ROLE_LABELS[role] for role in Role if role in held - wanted],
            "gains": in_words(granted(wanted) - granted(held)),
            "loses": in_words(granted(held) - granted(wanted)),
            "practice_before": before.practice.name if before else "",
            "practice_after": practice.name if practice else "",
            "warnings": duty_warnings(wanted),
            "tokens": keys_of(request, target, kept_for=practice),
            "sent": [("roles", role.value) for role in sorted(wanted)]
            + ([("practice", practice.pk)] if practice else []),
        },
    )


@require_POST
@admins
def person_work(request: SignedRequest, pk: int) -> HttpResponseBase:
    target = found(request, User.objects.all(), pk=pk)
    form = WorkForm(request.POST)
    if not form.is_valid():
        return person_page(request, target, status=422, work_form=form)
    actions.change_work(user=target, **form.cleaned_data, by=request.user, at=timezone.now())
    messages.success(request, "Saved. The next chart is handed out accordingly.")
    return redirect("portal:person", pk=target.pk)


@require_POST
@admins
def person_rule_add(request: SignedRequest, pk: int) -> HttpResponseBase:
    target = found(request, User.objects.all(), pk=pk)
    form = ClientRuleForm(request.POST, user=request.user)
    if form.is_valid():
        try:
            actions.add_client_rule(user=target, **form.cleaned_data, by=request.user, at=timezone.now())
        except actions.AlreadyDone:
            form.add_error("practice", "This practice's work is kept away from this person already.")
        else:
            messages.success(request, f"{target.name} gets no work of {form.cleaned_data['practice']}.")
            return redirect("portal:person", pk=target.pk)
    return person_page(request, target, status=422, rule_form=form)


@require_POST
@admins
def person_rule_remove(request: SignedRequest, pk: int, rule: int) -> HttpResponseBase:
    row = found(request, ClientRule.objects.select_related("user", "practice"), pk=rule, user_id=pk)
    actions.remove_client_rule(rule=row, by=request.user, at=timezone.now())
    messages.success(request, f"{row.user.name} may get work of {row.practice} again.")
    return redirect("portal:person", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@admins
def person_deactivate(request: SignedRequest, pk: int) -> HttpResponseBase:
    """Ask once, then end the access and hand over the open work."""
    target = found(request, User.objects.all(), pk=pk)
    form = DeactivateForm(request.POST if request.method == "POST" else None, person=target)
    if not form.is_valid():
        works = Role.CODER in target.roles or Role.VERIFIER in target.roles
        context = {"person": target, "tokens": keys_of(request, target), "form": form, "works": works}
        return render(request, "portal/person_deactivate.html", context, status=422 if form.is_bound else 200)
    try:
        actions.deactivate_person(user=target, by=request.user, at=timezone.now(), **form.cleaned_data)
    except actions.NotOneself:
        messages.error(request, "You cannot deactivate yourself. Ask another admin.")
    except actions.LastAdmin:
        messages.error(request, "This is the last admin. Make somebody else an admin first.")
    except actions.AlreadyDone:
        messages.info(request, f"{target.name} was deactivated before.")
    else:
        heir = form.cleaned_data["hand_to"]
        messages.success(
            request, f"{target.name} can no longer sign in. Open work went to {heir.name if heir else 'the queue'}."
        )
    return redirect("portal:person", pk=target.pk)


@require_POST
@admins
def person_reactivate(request: SignedRequest, pk: int) -> HttpResponseBase:
    target = found(request, User.objects.all(), pk=pk)
    try:
        actions.reactivate_person(user=target, by=request.user, at=timezone.now())
    except actions.AlreadyDone:
        messages.info(request, f"{target.name} is active already.")
    else:
        messages.success(request, f"{target.name} can sign in again, with the roles they had.")
    return redirect("portal:person", pk=target.pk)


@require_POST
@admins
def person_sessions(request: SignedRequest, pk: int) -> HttpResponseBase:
    """Sign the person out everywhere."""
    target = found(request, User.objects.all(), pk=pk)
    ended = actions.revoke_sessions(user=target, by=request.user, at=timezone.now())
    messages.success(request, f"{ended} session{'' if ended == 1 else 's'} of {target.name} ended.")
    return redirect("portal:person", pk=target.pk)


@require_POST
@admins
def person_keys(request: SignedRequest, pk: int) -> HttpResponseBase:
    """Revoke the keys that the person made, for whichever practice."""
    target = found(request, User.objects.all(), pk=pk)
    ended = revoke_tokens_of(user=target, by=request.user, at=timezone.now())
    messages.success(request, f"{ended} API key{'' if ended == 1 else 's'} of {target.name} revoked.")
    return redirect("portal:person", pk=target.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@admins
def person_second_factor(request: SignedRequest, pk: int) -> HttpResponseBase:
    """Ask once, then remove what the person lost, so that they set up a new second step."""
    target = found(request, User.objects.all(), pk=pk)
    if request.method != "POST":
        return render(request, "portal/person_second_factor.html", {"person": target})
    try:
        actions.reset_second_factor(user=target, by=request.user, at=timezone.now())
    except actions.NotOneself:
        messages.error(request, "Another admin resets yours. You can change it yourself under Security.")
    else:
        messages.success(request, f"{target.name} is signed out and sets up a new second step at the next sign-in.")
    return redirect("portal:person", pk=target.pk)
