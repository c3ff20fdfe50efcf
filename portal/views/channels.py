"""The channels of a practice: set up by our admins, watched by managers and by the practice's own people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Count, Max, Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.access import SignedRequest, found, refuse, requires
from portal.actions.channels import (
    AlreadyEnded,
    NothingToDo,
    OtherKey,
    change_channel,
    confirm_host_key,
    create_channel,
    end_channel,
    pause_channel,
    resume_channel,
    rotate_secret,
)
from portal.actions.dispatches import NotResendable, NotWaiting, hasten_dispatch, resend_dispatch, test_channel
from portal.channels.sftp_push import fingerprint
from portal.forms.channels import FORMS
from portal.keyset import page_of
from portal.models import Channel, Dispatch, Practice
from portal.rules.dispatches import ARRIVED, OPEN, ChannelKind, DispatchState, Pause, SignIn, fault_words
from portal.rules.roles import Permission
from portal.views.channel_words import OUTCOME_TAGS, channel_tag, dispatch_rows, where_words
from portal.views.tags import plural

A_PAGE = 50
lookers = requires(Permission.MANAGE_PRACTICES, Permission.MANAGE_WORK, Permission.MANAGE_TOKENS)
doers = requires(Permission.MANAGE_PRACTICES, Permission.MANAGE_WORK)
keepers = requires(Permission.MANAGE_PRACTICES)
UNPROCESSABLE = 422


def channel_of(request: SignedRequest, pk: int) -> Channel:
    rows = Channel.objects.filter(practice__in=Practice.objects.visible_to(request.user))
    return found(request, rows.select_related("practice", "made_by", "paused_by"), pk=pk)


def dispatch_of(request: SignedRequest, pk: int) -> Dispatch:
    rows = Dispatch.objects.filter(practice__in=Practice.objects.visible_to(request.user))
    return found(request, rows.select_related("channel__practice", "delivery__batch", "made_by", "resend_of"), pk=pk)


# -- looking -------------------------------------------------------------------------------------
@require_GET
@lookers
def channels(request: SignedRequest, pk: int) -> HttpResponse:
    """All channels of a practice, with how each of them does."""
    practice = found(request, Practice.objects.visible_to(request.user), pk=pk)
    rows = Channel.objects.filter(practice=practice).annotate(
        waiting=Count("dispatches", filter=Q(dispatches__state__in=OPEN)),
        troubled=Count("dispatches", filter=~Q(dispatches__trouble="")),
        arrived=Count("dispatches", filter=Q(dispatches__state__in=ARRIVED)),
        last=Max("dispatches__ended_at", filter=Q(dispatches__state__in=ARRIVED)),
    )
    return render(
        request,
        "portal/channels.html",
        {
            "practice": practice,
            "rows": [
                {
                    "pk": row.pk,
                    "name": row.name,
                    "kind": ChannelKind(row.kind).label,
                    "where": where_words(row),
                    "formats": ", ".join(word.upper() for word in row.formats) or "All",
                    "status": channel_tag(row, troubled=row.troubled, arrived=row.arrived),  # type: ignore[attr-defined]
                    "waiting": row.waiting,  # type: ignore[attr-defined]  # annotated, as are the others
                    "last": row.last,  # type: ignore[attr-defined]
                }
                for row in rows.order_by("ended_at", "name", "pk")[:200]
            ],
            "kinds": kinds_to_add(request),
            "may_download": request.user.may(Permission.DOWNLOAD_RESULTS),
            "may_doors": bool(request.user.permissions & {Permission.MANAGE_PRACTICES, Permission.MANAGE_TOKENS}),
        },
    )


def kinds_to_add(request: SignedRequest) -> list[tuple[str, str]]:
    """What may be set up, and by whom: channels carry patient data out, so our admins do it."""
    if not request.user.may(Permission.MANAGE_PRACTICES):
        return []
    return [(kind.value, kind.label) for kind in ChannelKind]


@require_GET
@lookers
def channel(request: SignedRequest, pk: int) -> HttpResponse:
    """One channel: where it leads, how it does, and everything that went through it, the newest first."""
    row = channel_of(request, pk)
    log = Dispatch.objects.filter(channel=row).select_related("channel", "delivery__batch")
    page = page_of(request, log, order=("-pk",), size=A_PAGE)
    counts = Dispatch.objects.filter(channel=row).aggregate(
        troubled=Count("pk", filter=~Q(trouble="")),
        arrived=Count("pk", filter=Q(state__in=ARRIVED)),
        waiting=Count("pk", filter=Q(state__in=OPEN)),
    )
    first = Dispatch.objects.troubled().filter(channel=row).first()
    last = first.attempts.order_by("-number").first() if first is not None else None
    return render(
        request,
        "portal/channel.html",
        {
            "channel": row,
            "practice": row.practice,
            "kind": ChannelKind(row.kind).label,
            "where": where_words(row),
            "formats": ", ".join(word.upper() for word in row.formats) or "Every format of the contract",
            "sign_in": SignIn(row.sign_in).label,
            "status": channel_tag(row, troubled=counts["troubled"], arrived=counts["arrived"]),
            "host_key": fingerprint(row.host_key),
            "host_key_seen": fingerprint(row.host_key_seen),
            "paused": {"person": Pause.PERSON, "host_key": Pause.HOST_KEY, "gone": Pause.GONE}.get(row.pause, ""),
            "trouble": first,
            "trouble_words": first.get_trouble_display() if first is not None else "",
            "trouble_said": fault_words(last.fault, last.code) if last is not None else "",
            "troubled": plural(counts["troubled"], "file"),
            "waiting": counts["waiting"],
            "rows": dispatch_rows(page.rows),
            "total": page.total,
            "pagination": page.pagination,
            "is_webhook": row.kind == ChannelKind.WEBHOOK,
            "may_do": may_do(request) and row.ended_at is None,
            "may_keep": request.user.may(Permission.MANAGE_PRACTICES) and row.ended_at is None,
        },
    )


def may_do(request: SignedRequest) -> bool:
    return bool(request.user.permissions & {Permission.MANAGE_PRACTICES, Permission.MANAGE_WORK})


@require_GET
@lookers
def dispatch(request: SignedRequest, pk: int) -> HttpResponse:
    """One file on its way, attempt by attempt."""
    row = dispatch_of(request, pk)
    return render(
        request,
        "portal/dispatch.html",
        {
            "dispatch": row,
            "channel": row.channel,
            "shown": dispatch_rows([row])[0],
            "attempts": [
                {
                    "number": one.number,
                    "at": one.at,
                    "status": OUTCOME_TAGS[one.outcome],
                    "said": fault_words(one.fault, one.code),
                    "code": one.code,
                    "milliseconds": one.milliseconds,
                }
                for one in row.attempts.order_by("-number")[:100]
            ],
            "may_resend": may_do(request)
            and not row.is_test
            and row.channel.ended_at is None
            and row.state not in OPEN | {DispatchState.REPLACED},
            "may_hasten": may_do(request) and row.state == DispatchState.WAITING and row.channel.sends,
        },
    )


# -- doing ---------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@keepers
def channel_add(request: SignedRequest, pk: int, kind: str) -> HttpResponseBase:
    practice = found(request, Practice.objects.visible_to(request.user), pk=pk)
    if kind not in set(ChannelKind):
        refuse(request)
    wanted = ChannelKind(kind)
    own = {ChannelKind.MLLP: ["hl7"], ChannelKind.FHIR: ["fhir"]}.get(wanted, [])
    form = FORMS[wanted](request.POST or None, initial={"formats": own} if not request.POST else None)
    if request.method == "POST" and form.is_valid():
        made, shown = create_channel(
            practice=practice, kind=wanted, where=form.where(), secret=form.cleaned_data.get("secret", ""),
            by=request.user, at=timezone.now(),
        )  # fmt: skip
        if shown:
            return render(request, "portal/channel_secret.html", {"channel": made, "secret": shown})
        messages.success(request, f"The channel {made.name} is made.")
        return redirect("portal:channel", pk=made.pk)
    return answer_form(request, form, practice, title=f"Add a channel: {wanted.label}")


@require_http_methods(["GET", "HEAD", "POST"])
@keepers
def channel_change(request: SignedRequest, pk: int) -> HttpResponseBase:
    row = channel_of(request, pk)
    form = FORMS[ChannelKind(row.kind)](request.POST or None, channel=row)
    if request.method == "POST" and form.is_valid():
        try:
            change_channel(
                channel=row, where=form.where(), secret=form.cleaned_data.get("secret", ""), by=request.user,
                at=timezone.now(),
            )  # fmt: skip
        except AlreadyEnded:
            messages.info(request, "This channel was ended. Nothing was changed.")
        else:
            messages.success(request, "Saved.")
        return redirect("portal:channel", pk=row.pk)
    return answer_form(request, form, row.practice, title=f"Change {row.name}")


def answer_form(request: SignedRequest, form: Any, practice: Practice, *, title: str) -> HttpResponse:
    status = UNPROCESSABLE if form.errors else 200
    return render(
        request, "portal/channel_form.html", {"form": form, "practice": practice, "title": title}, status=status
    )


@require_POST
@doers
def channel_do(request: SignedRequest, pk: int) -> HttpResponseBase:
    """Pause, let go on, test; for admins also confirm a host key, change a secret, end."""
    row, now = channel_of(request, pk), timezone.now()
    wanted = request.POST.get("do", "")
    if wanted == "rotate" and row.kind == ChannelKind.WEBHOOK and request.user.may(Permission.MANAGE_PRACTICES):
        return rotate(request, row, at=now)
    act = (DOINGS | KEEPING if request.user.may(Permission.MANAGE_PRACTICES) else DOINGS).get(wanted)
    if act is not None:
        try:
            messages.success(request, act(request, row, now))
        except AlreadyEnded:
            messages.info(request, "This channel was ended before.")
        except NothingToDo:
            messages.info(request, "Nothing to do: somebody was quicker, or its host key has to be confirmed.")
        except OtherKey:
            messages.error(request, "The server has shown another key meanwhile. Compare the one that stands here now.")
    return redirect("portal:channel", pk=row.pk)


def rotate(request: SignedRequest, row: Channel, *, at: datetime) -> HttpResponseBase:
    try:
        secret = rotate_secret(channel=row, by=request.user, at=at)
    except AlreadyEnded:
        messages.info(request, "This channel was ended before.")
        return redirect("portal:channel", pk=row.pk)
    return render(request, "portal/channel_secret.html", {"channel": row, "secret": secret, "rotated": True})


def do_pause(request: SignedRequest, row: Channel, at: datetime) -> str:
    pause_channel(channel=row, by=request.user, at=at)
    return "Paused. What comes waits here."


def do_resume(request: SignedRequest, row: Channel, at: datetime) -> str:
    waiting = resume_channel(channel=row, by=request.user, at=at)
    return f"It goes on. {plural(waiting, 'file')} on the way." if waiting else "It goes on."


def do_test(request: SignedRequest, row: Channel, at: datetime) -> str:
    test_channel(channel=row, by=request.user, at=at)
    return "A test is on its way. Reload this page in a moment."


def do_confirm(request: SignedRequest, row: Channel, at: datetime) -> str:
    key = row.host_key_seen if request.POST.get("fingerprint") == fingerprint(row.host_key_seen) else ""
    confirm_host_key(channel=row, host_key=key, by=request.user, at=at)
    return "The server is known by this key from now on."


def do_end(request: SignedRequest, row: Channel, at: datetime) -> str:
    end_channel(channel=row, by=request.user, at=at)
    return f"{row.name} has ended. Its log stays."


Doing = Callable[[SignedRequest, Channel, datetime], str]
DOINGS: dict[str, Doing] = {"pause": do_pause, "resume": do_resume, "test": do_test}
KEEPING: dict[str, Doing] = {"confirm": do_confirm, "end": do_end}


@require_POST
@doers
def dispatch_do(request: SignedRequest, pk: int) -> HttpResponseBase:
    """Send a file once more, or not wait for its next attempt."""
    row, now = dispatch_of(request, pk), timezone.now()
    try:
        if request.POST.get("do") == "resend":
            row = resend_dispatch(dispatch=row, by=request.user, at=now)
            messages.success(request, "It is being sent again.")
        elif request.POST.get("do") == "now":
            hasten_dispatch(dispatch=row, by=request.user, at=now)
            messages.success(request, "It is tried now. Reload this page in a moment.")
    except NotResendable:
        messages.info(request, "It is on its way already, or its channel has ended.")
    except NotWaiting:
        messages.info(request, "It does not wait for an attempt, or its channel is paused.")
    return redirect("portal:dispatch", pk=row.pk)
