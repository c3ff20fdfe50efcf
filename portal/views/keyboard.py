"""The settings page of one's own keys, and the switch in the sheet of keys."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from portal.access import SignedRequest, signed_in
from portal.actions.keyboard import KeysDoNotFit, change_keys, choose_layout, reset_keys, switch_single_keys
from portal.forms.keyboard import LayoutForm, OwnKeysForm, SingleKeysForm
from portal.rules.keyboard import ACTIONS, Keyboard, layout_keys
from portal.rules.keyboard.strokes import shown_all

BAD_REQUEST, NO_CONTENT = 400, 204


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def keyboard(request: SignedRequest) -> HttpResponse:
    """The layout and every key, to be looked at, changed and given back."""
    form = OwnKeysForm(
        request.POST if request.POST.get("do") == "change" else None,
        keyboard=request.user.keyboard,
        permissions=request.user.permissions,
        auto_id="key-%s",
    )
    if request.method == "POST":
        wanted = request.POST.get("do", "")
        if wanted == "layout":
            done = take_layout(request)
        else:
            done = take_keys(request, form) if wanted == "change" else give_back(request)
        if done:
            return redirect("portal:keyboard")
    return show(request, form)


def take_layout(request: SignedRequest) -> bool:
    form = LayoutForm(request.POST)
    if not form.is_valid():
        return False
    dropped = choose_layout(**form.cleaned_data, by=request.user, at=timezone.now())
    if dropped:
        names = ", ".join(f"“{ACTIONS[id_].label}”" for id_ in dropped if id_ in ACTIONS)
        messages.info(request, f"Saved. This layout has no room for your own keys of {names}: they have its keys now.")
    else:
        messages.success(request, "Saved.")
    return True


def take_keys(request: SignedRequest, form: OwnKeysForm) -> bool:
    if not form.is_valid():
        return False
    try:
        change_keys(keys=form.changed, by=request.user, at=timezone.now())
    except KeysDoNotFit as error:
        form.add_problems(error.problems)
        return False
    messages.success(request, "Saved." if form.changed else "Nothing was changed.")
    return True


def give_back(request: SignedRequest) -> bool:
    """`reset` is the id of an action, or "all"."""
    wanted = request.POST.get("reset", "")
    if wanted != "all" and wanted not in ACTIONS:
        return False
    try:
        reset_keys(action=None if wanted == "all" else wanted, by=request.user, at=timezone.now())
    except KeysDoNotFit as error:
        others = ", ".join(dict.fromkeys(f"“{ACTIONS[one.action].label}”" for one in error.problems))
        messages.error(request, f"“{ACTIONS[wanted].label}” was not reset: its key belongs to {others} now.")
    else:
        messages.success(request, "Every key is as the layout has it." if wanted == "all" else "The key is reset.")
    return True


def show(request: SignedRequest, form: OwnKeysForm) -> HttpResponse:
    own = request.user.keyboard
    layout = LayoutForm(initial={"layout": own.layout, "single_keys": own.single_keys})
    shown = {"layout_form": layout, "form": form, "groups": list(groups(form, own)), "has_own": bool(own.own)}
    return render(request, "portal/keyboard.html", shown)


def groups(form: OwnKeysForm, own: Keyboard) -> Iterator[dict[str, Any]]:
    """The actions that have a field, under their headings."""
    for name, members in groupby((ACTIONS[id_] for id_ in form.fields), key=lambda action: action.group):
        rows = [
            {
                "id": action.id,
                "field": form[action.id],
                "usual": shown_all(layout_keys(action, own.layout)),
                "is_own": action.id in own.own,
            }
            for action in members
        ]
        yield {"name": name, "rows": rows}


@require_POST
@signed_in
def single_keys(request: SignedRequest) -> HttpResponse:
    """Whether letters alone count; from the sheet of keys."""
    form = SingleKeysForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=BAD_REQUEST)
    switch_single_keys(on=form.cleaned_data["single_keys"], by=request.user, at=timezone.now())
    return HttpResponse(status=NO_CONTENT)
