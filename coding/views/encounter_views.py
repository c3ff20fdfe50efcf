"""Views of the list of encounters that are kept: the built-in ones, a person's own, and those shared with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import IntegerField, Value
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from coding.actions import saved_views as actions
from coding.forms.encounter_filter import AskedList, query_of
from coding.forms.operations import ViewForm
from coding.models import Encounter, SavedView
from coding.models.encounter_filter import Reader, within
from coding.rules.encounter_filter import EncounterFilter, Names, read_filter, with_names
from coding.views.figures import today
from portal.access import SignedRequest, found, refuse, requires
from portal.models import User
from portal.rules.roles import Permission

managers = requires(Permission.MANAGE_WORK)
LIST = "coding:operations-encounters"
COUNTED = 99  # rows of a view that are counted; beyond, "99+" is said
SHOWN = 40  # saved views that are offered and counted, whoever made them
# What a manager looks at several times a day.
BUILT_IN = (
    ("overdue", "Overdue", "is:overdue", "due"),
    ("questions", "Questions open", "status:query", "age"),
    ("held", "On hold", "status:held", "due"),
    ("unassigned", "Unassigned due today", "is:unassigned due:today", "due"),
)


def saved_views(user: User) -> list[SavedView]:
    """Those the person is offered, by name."""
    return list(SavedView.objects.visible_to(user).by_name().select_related("made_by")[:SHOWN])


def views_of(user: User, asked: AskedList) -> dict[str, Any]:
    """The views as links, the present one marked; counts are asked for once the list is there."""
    kept = saved_views(user)
    own = [view for view in kept if view.made_by_id == user.pk]
    links = [
        *(link(key, name, query, sort, asked) for key, name, query, sort in BUILT_IN),
        *(link(str(view.pk), view.name, view.query, view.sort, asked, by=maker_of(view, user)) for view in kept),
    ]
    return {
        "links": links,
        "own": own,
        "is_saved": any(one["is_present"] for one in links),
        "can_be_saved": bool(asked.found.tokens) and not asked.found.problems,
    }


def maker_of(view: SavedView, user: User) -> str:
    """Whose view it is, if it is not the person's own."""
    return "" if view.made_by_id == user.pk else view.made_by.name


def link(key: str, name: str, query: str, sort: str, asked: AskedList, *, by: str = "") -> dict[str, Any]:  # noqa: PLR0913
    """A view as it is shown: its names in words, as the reader would have typed them."""
    text = str(readable(query, asked.names))
    return {
        "key": key,
        "name": name,
        "by": by,
        "text": text,
        "url": f"{reverse(LIST)}{query_of(text, sort)}",
        "is_present": text == str(asked.shown) and sort == asked.sort and not asked.found.problems,
    }


def readable(query: str, names: Mapping[str, Names]) -> EncounterFilter:
    """A kept filter with names for numbers; a number that is no more stays, and the list says so."""
    kept = read_filter(query)
    known = with_names(kept, names)
    return kept if known.problems else known


@require_GET
@managers
def counts(request: SignedRequest) -> HttpResponse:
    """How much each view holds, as far as COUNTED; JSON with `counts` by key. One query for all of them."""
    views = [
        *((key, query) for key, _, query, _ in BUILT_IN),
        *((str(view.pk), view.query) for view in saved_views(request.user)),
    ]
    at = timezone.now()
    numbers = numbers_of([read_filter(query) for _, query in views], user=request.user, at=at)
    said = {
        key: f"{COUNTED}+" if number > COUNTED else str(number) for (key, _), number in zip(views, numbers, strict=True)
    }
    return JsonResponse({"counts": said})


def numbers_of(filters: list[EncounterFilter], *, user: User, at: datetime) -> list[int]:
    """How many encounters each filter lets through, at most one more than COUNTED."""
    reader = Reader(user_id=user.pk, at=at, today=today(at))
    parts = [
        within(Encounter.objects.visible_to(user), one, reader=reader)
        .order_by()
        .annotate(place=Value(place, IntegerField()))
        .values_list("place", flat=True)[: COUNTED + 1]
        for place, one in enumerate(filters)
        if not one.problems
    ]
    found_in = Counter(parts[0].union(*parts[1:], all=True))
    return [found_in[place] for place in range(len(filters))]


@require_POST
@managers
def save(request: SignedRequest) -> HttpResponse:
    """Keep the filter that is shown under a name."""
    asked, form = AskedList.by(request.POST.dict(), user=request.user), ViewForm(request.POST)
    if not asked.found.tokens or asked.found.problems:
        messages.error(request, "There is no filter to save.")
    elif not form.is_valid():
        messages.error(request, "Give the view a name of at most 40 characters.")
    else:
        keep(request, form, asked)
    return redirect(f"{reverse(LIST)}{asked.query()}")


def keep(request: SignedRequest, form: ViewForm, asked: AskedList) -> None:
    name = form.cleaned_data["name"]
    try:
        actions.save_view(
            name=name, found=asked.found, sort=asked.sort, is_shared=form.cleaned_data["is_shared"],
            by=request.user, at=timezone.now(),
        )  # fmt: skip
    except actions.NameTaken:
        messages.error(request, f"You have a view named {name} already.")
    except actions.TooManyViews:
        messages.error(request, f"You have {actions.MOST} views. Remove one first.")
    else:
        messages.success(request, f"The view {name} is saved.")


@require_POST
@managers
def step(request: SignedRequest, pk: int, step: str) -> HttpResponse:
    """Share a view of one's own, stop sharing it, or remove it."""
    view = found(request, SavedView.objects.own_of(request.user), pk=pk)
    at, by = timezone.now(), request.user
    if step == "share":
        actions.share_view(view=view, is_shared=True, by=by, at=at)
        messages.success(request, f"All managers see the view {view} now.")
    elif step == "unshare":
        actions.share_view(view=view, is_shared=False, by=by, at=at)
        messages.success(request, f"The view {view} is yours alone again.")
    elif step == "remove":
        actions.remove_view(view=view, by=by, at=at)
        messages.success(request, f"The view {view} is removed.")
    else:
        refuse(request, object_type="coding.savedview", object_id=str(pk))
    return redirect(LIST)
