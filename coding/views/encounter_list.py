"""The manager's list of encounters: its filter in words, its columns and orders, and bulk actions."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coding.actions.saved_views import choose_columns
from coding.forms.encounter_filter import AskedList
from coding.forms.operations import AT_ONCE, BulkForm, ColumnsForm, workers
from coding.models import Encounter, ListColumns
from coding.models.encounter_filter import Reader
from coding.rules.encounter_columns import SORTS, USUAL, Column, in_order
from coding.rules.encounter_filter import KEYS, ME, NOBODY, PEOPLE, Token, name_of, quoted
from coding.views.encounter_bulk import do_with_chosen
from coding.views.encounter_peek import peek_of
from coding.views.encounter_rows import encounter_rows, with_people
from coding.views.encounter_views import views_of
from coding.views.figures import today
from portal.access import SignedRequest, found, requires
from portal.keyset import page_of
from portal.models import User
from portal.rules.roles import Permission

PER_PAGE = 50
managers = requires(Permission.MANAGE_WORK)
LIST = "coding:operations-encounters"
UNPROCESSABLE = 422
# The heads of the table that come before those of the columns a person chooses.
ALWAYS = (("number", "Encounter"), ("due", "Due"))
WORDS = {"me": "Me", "none": "Nobody"}


def reader_of(user: User, *, at: datetime) -> Reader:
    return Reader(user_id=user.pk, at=at, today=today(at))


@require_http_methods(["GET", "POST"])
@managers
def encounters(request: SignedRequest) -> HttpResponse:
    """The encounters that a filter lets through; a POST does something with the chosen ones, or with all of them."""
    at = timezone.now()
    asked = AskedList.by(request.GET.dict(), user=request.user)
    if request.method == "GET" and "add" in request.GET and not asked.found.problems:
        return redirect(f"{request.path}{asked.query()}")
    rows = asked.rows(user=request.user, reader=reader_of(request.user, at=at))
    bulk = BulkForm(request.POST if request.method == "POST" else None, user=request.user, matching=rows)
    if bulk.is_bound and bulk.is_valid():
        do_with_chosen(request, bulk, at=at)
        return redirect(request.get_full_path())
    columns = columns_of(request.user)
    page = page_of(request, with_people(rows), order=asked.order, size=PER_PAGE)
    context = {
        "asked": asked,
        "chips": list(chips_of(asked)),
        "additions": additions(asked),
        "keys": KEYS.values(),
        "views": views_of(request.user, asked),
        "heads": list(heads(asked, columns)),
        "show": {column.value: column in columns for column in Column},
        "choices": [(column, column in columns) for column in Column],
        "bulk": bulk,
        "people": workers(),
        "rows": encounter_rows(page.rows, columns=columns, at=at),
        "picked": request.POST.getlist("encounter") if bulk.errors else [],
        "total": page.total,
        "matching": page.count if len(page.rows) < page.count <= AT_ONCE else 0,
        "at_once": AT_ONCE,
        "pagination": page.pagination,
        "address": request.get_full_path(),
    }
    return render(request, "coding/encounter_list.html", context, status=UNPROCESSABLE if bulk.errors else 200)


@require_POST
@managers
def columns(request: SignedRequest) -> HttpResponse:
    """Keep which columns this person sees; back to the list as it was."""
    form, back = ColumnsForm(request.POST), request.POST.get("back", "")
    if not form.is_valid():
        messages.error(request, "Choose among the columns there are.")
    else:
        choose_columns(
            columns=USUAL if "usual" in request.POST else in_order(form.cleaned_data["columns"]), user=request.user
        )
    ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if ours and back.startswith("/") else LIST)


@require_GET
@managers
def peek(request: SignedRequest, pk: int) -> HttpResponse:
    """What a row says and a little more, beside the list: no chart, no codes, no more of the patient than the list."""
    row = found(request, with_people(Encounter.objects.visible_to(request.user)), pk=pk)
    return render(request, "coding/encounter_peek.html", peek_of(row, at=timezone.now()))


def columns_of(user: User) -> tuple[Column, ...]:
    """The columns that the person chose, or the usual ones."""
    chosen = ListColumns.objects.filter(user=user).first()
    return in_order(chosen.columns) if chosen else USUAL


def heads(asked: AskedList, shown: Collection[Column]) -> Iterator[dict[str, str]]:
    """The heads of the table in their order; those of an order link to it, that of the present one to its reverse."""
    present = asked.sort.removeprefix("-")
    for name, label in (*ALWAYS, *((column.value, column.label) for column in Column if column in shown)):
        is_present = name == present
        yield {
            "name": name,
            "label": label,
            "url": asked.query(sort=SORTS[asked.sort].turned if is_present else name) if name in SORTS else "",
            "runs": SORTS[asked.sort].runs if is_present else "",
        }


def chips_of(asked: AskedList) -> Iterator[dict[str, str]]:
    """Each token with the address of the list without it; one that has something wrong is still in the field."""
    for place, token in enumerate(asked.shown.tokens):
        yield {"key": token.key, "value": words_of(token), "url": asked.query(q=str(asked.shown.without(place)))}


def words_of(token: Token) -> str:
    return " or ".join(WORDS.get(value, value) for value in token.values)


def additions(asked: AskedList) -> list[tuple[str, list[tuple[str, str]]]]:
    """What can be added to the filter: per key its tokens and how they read."""
    return [(key.name, tokens) for key in KEYS.values() if (tokens := tokens_of(key.name, asked))]


def tokens_of(name: str, asked: AskedList) -> list[tuple[str, str]]:
    """The tokens of one key, if there is a list of them."""
    key = KEYS[name]
    if not key.names:
        return [(f"{name}:{value}", value) for value in key.values]
    names = asked.names[key.names]
    said = [(name_of(f"#{number}", names), spellings[-1]) for number, spellings in names.items()]
    own = [(ME, "Me"), (NOBODY, "Nobody")] if key.names == PEOPLE else []
    return [(f"{name}:{quoted(value)}", label) for value, label in (*own, *said)]
