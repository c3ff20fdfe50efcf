"""The second entry of critical fields, on a page that does not show the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from coding.actions.double_key import fields_twice, finish_keyed_twice, note_differences
from coding.actions.moves import AlreadyMoved
from coding.actions.queue import LeaseLost
from coding.actions.undoing import submit_undoably
from coding.forms.double_key import AgainForm, kept_in
from coding.forms.precoding import PrecodingForm
from coding.models import Assignment
from coding.rules.double_key import Kept, differing
from coding.rules.lifecycle import Stage
from coding.views.bench import Bench, bench_of, go_on, posted_in_turn, posted_version, shown
from coding.views.known_facts import origins_in, sent_form
from portal.access import SignedRequest, requires
from portal.rules.roles import Permission

CHANGED = "The first entry was changed in another tab. Look at it, then type the critical fields again."
CANNOT_BE = "The second entry cannot stand with the other fields: {trouble} Correct the form, then type them again."


@requires(Permission.PRECODE)
@require_http_methods(["GET", "POST"])
def again(request: SignedRequest, pk: int) -> HttpResponse:
    """Ask for the critical fields once more; on POST compare, and finish or show what differs."""
    assignment = posted_in_turn(request, pk) if request.method == "POST" else None
    bench = bench_of(request, pk, Stage.PRECODING)
    names = fields_twice(bench.encounter)
    body = bench.body()
    first = sent_form(body, bench.encounter, request.user) if body and names and bench.is_live else None
    if first is None or not first.is_valid():
        return redirect("coding:precode", pk=pk)
    if assignment is None:
        return page(request, bench, AgainForm(first=first, names=names))
    if posted_version(request) != bench.version:
        messages.warning(request, CHANGED)
        return redirect("coding:precode", pk=pk)
    second = AgainForm(request.POST, first=first, names=names)
    if not second.is_valid():
        return page(request, bench, second, status=422)
    return compare(request, bench, assignment, first, second)


def compare(
    request: SignedRequest, bench: Bench, assignment: Assignment, first: PrecodingForm, second: AgainForm
) -> HttpResponse:  # fmt: skip
    """Two entries that agree finish the visit; a difference stops, shows both, and is counted."""
    names, at = list(second.fields), timezone.now()
    differ = differing(names, first.texts(), second.texts())
    kept = kept_in(request.POST, differ)
    try:
        if set(kept) != set(differ):
            note_differences(assignment=assignment, fields=differ, by=request.user, at=at)
            return page(request, bench, second, differ=both(differ, first, second), status=409)
        final = first if not differ else with_kept(bench, first, second, kept, request)
        if not final.is_valid():
            messages.warning(request, CANNOT_BE.format(trouble=trouble_of(final)))
            return redirect("coding:precode", pk=bench.encounter.pk)
        sent = submit_undoably(
            finish_keyed_twice, assignment=assignment, by=request.user, at=at, draft=bench.body() or {},
            facts=final.facts(),
            origins=origins_in(final, bench.encounter), fields=names, kept=kept,
        )  # fmt: skip
    except (LeaseLost, AlreadyMoved):
        return redirect("coding:precode", pk=bench.encounter.pk)
    said = f"{bench.encounter.label} pre-coded."
    return go_on(request, said, take_another=request.POST.get("action") != "finish", sent=sent)


def with_kept(
    bench: Bench, first: PrecodingForm, second: AgainForm, kept: Mapping[str, Kept], request: SignedRequest
) -> PrecodingForm:  # fmt: skip
    """The first entry with what was kept of the second; what was chosen after a difference was looked at."""
    texts = second.texts()
    chosen = {name: texts[name] for name, which in kept.items() if which is Kept.SECOND}
    confirmed = " ".join({*first.cleaned_data["confirmed"].split(), *kept})
    return sent_form({**(bench.body() or {}), **chosen, "confirmed": confirmed}, bench.encounter, request.user)


def trouble_of(form: PrecodingForm) -> str:
    """The first thing that is wrong with a form."""
    return next(str(error) for errors in form.errors.values() for error in errors)


def both(names: Sequence[str], first: PrecodingForm, second: AgainForm) -> list[dict[str, Any]]:
    """The two entries of each field that differs, as people read them."""
    return [
        {
            "name": name,
            "label": first.fields[name].label,
            "first": read_as(first, name),
            "second": read_as(second, name),
        }
        for name in names
    ]


def read_as(form: PrecodingForm | AgainForm, name: str) -> str:
    """A cleaned value as people read it: rows of lists and choices by their names."""
    value = form.cleaned_data[name]
    choices = {str(key): str(label) for key, label in getattr(form.fields[name], "choices", ()) if key}
    text = form.texts()[name]
    return choices.get(text, text) or ("empty" if not value else str(value))


def page(
    request: SignedRequest, bench: Bench, form: AgainForm, *, differ: Sequence[dict[str, Any]] = (), status: int = 200
) -> HttpResponse:  # fmt: skip
    """The page that asks again; with what differs, if something does."""
    first = next(iter(form.fields.values()))
    if not differ:
        first.widget.attrs["autofocus"] = True
    context = shown(bench, form=form, differ=differ, changed=False, newer=[], said="")
    return render(request, "coding/precode_again.html", context, status=status)
