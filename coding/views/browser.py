"""The code browser: any list on any day, its tree, and everything known about a code."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from coding.actions.browse import (
    Branch,
    CodePage,
    NotesAt,
    code_branch,
    code_page,
    facts_of,
    group_branch,
    notes_about,
    root_of,
)
from coding.models import Edition, FavouriteCode
from coding.rules.code_links import parts_of
from coding.rules.code_sets import LISTS_OF
from coding.rules.code_tree import CATEGORY, Choice
from coding.rules.codings import System, diagnosis_system, dotted
from coding.rules.tables import CodeFact, NoteKind
from coding.views.codes import SHOWN, code_in, look_up, personal_of, results_of
from portal.access import SignedRequest, requires
from portal.models import User
from portal.rules.roles import Permission

NOTE_WORDS = {
    NoteKind.INCLUDES: "Includes",
    NoteKind.INCLUSION_TERM: "Also called",
    NoteKind.EXCLUDES1: "Excludes1",
    NoteKind.EXCLUDES2: "Excludes2",
    NoteKind.CODE_FIRST: "Code first",
    NoteKind.USE_ADDITIONAL: "Use additional code",
    NoteKind.CODE_ALSO: "Code also",
    NoteKind.SEVENTH_CHARACTER: "7th character",
    NoteKind.EXTENSION: "7th characters",
    NoteKind.NOTE: "Note",
}
INDICATOR_WORDS = {"0": "never together", "1": "only with a modifier", "9": "not applicable"}


@require_GET
@requires(Permission.PRECODE, Permission.CODE, Permission.VERIFY, Permission.MANAGE_WORK, Permission.SEE_CLAIMS)
def browser(request: SignedRequest) -> HttpResponse:
    """A place in a list: `system`, `on` (YYYY-MM-DD), and `code`, `group` (a position) or `q` (a search)."""
    try:
        on = day_in(request.GET.get("on", ""))
        system = System(request.GET.get("system") or diagnosis_system(on))
        group = int(request.GET.get("group") or 0)
    except ValueError:
        return HttpResponseBadRequest("A day is YYYY-MM-DD; a list is icd9cm, icd10cm or procedure.")
    place = Place(system, on)
    code, query = code_in(request.GET.get("code", "")), request.GET.get("q", "").strip()[:100]
    branch = branch_at(place, code, group)
    page = code_page(code, branch, system, on) if code else None
    found = look_up(system, on, query, personal_of(request.user, system, None)) if query else None
    context = {
        "system": system.value,
        "systems": [{"value": other.value, "label": other.label} for other in System],
        "on": on.isoformat(),
        "query": query,
        "hits": [hit(place, one) for one in results_of(system, found)] if found else [],
        "full": found is not None and len(found.hits) == SHOWN,
        "spelling": found and found.spelling and {"text": found.spelling, "url": place.url(q=found.spelling)},
        "elsewhere": [
            {"label": other.label, "url": Place(other, on).url(q=query)} for other in System if other != system
        ],
        "edition": branch.edition,
        "too_early": first_day(system, on),
        "trail": trail(place, branch, code, page),
        "rows": rows_below(place, branch) or rows_beside(place, branch, page),
        "beside": bool(branch.codes_beside),
        "place": place_words(place, branch, code, page),
        "licence": system is System.PROCEDURE,
        "notes": [notes_at(place, at, "") for at in notes_about("", branch, on)] if is_group(branch, code) else [],
        "page": page_context(place, page) if page else None,
        "missing": bool(code and page is None and not branch.codes_below and not branch.stems_below),
        "search_url": place.url(q=code) if code else "",
        "favourites": favourites_of(place, request.user) if not code and not group and not query else [],
    }
    return render(request, "coding/browser.html", context, status=404 if context["missing"] else 200)


def first_day(system: System, on: date) -> date | None:
    """The day from which the list is loaded, if the day asked for lies before it."""
    editions = Edition.objects.in_force(*LISTS_OF[system], on=on).values()
    begins = min((edition.effective for edition in editions), default=None)
    return begins if begins and on < begins else None


def day_in(text: str) -> date:
    """The day of an address, today if it names none; ValueError if it is no day."""
    day = parse_date(text) if text else timezone.localdate()
    if day is None:
        raise ValueError(text)
    return day


class Place:
    """A list on a day, and addresses in it."""

    def __init__(self, system: System, on: date) -> None:
        self.system, self.on = system, on

    def url(self, **more: Any) -> str:
        query = {"system": self.system.value, "on": self.on.isoformat(), **more}
        return f"{reverse('coding:browser')}?{urlencode(query)}"

    def dotted(self, code: str) -> str:
        return dotted(self.system, code)


def branch_at(place: Place, code: str, group: int) -> Branch:
    if code:
        return code_branch(code, place.system, place.on)
    found = group_branch(group, place.system, place.on) if group else None
    return found or root_of(place.system, place.on)


def hit(place: Place, found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "url": place.url(code=found["code"])}


# -- the tree ----------------------------------------------------------------------------------------


def trail(place: Place, branch: Branch, code: str, page: CodePage | None) -> list[dict[str, str]]:
    """The links from the top of the list down to the place; lists without headings have first characters there."""
    links = [{"url": place.url(), "label": place.system.label, "title": ""}]
    links += [
        {"url": place.url(group=group.position), "label": group.label, "title": group.title}
        for group in branch.groups_above
    ]
    if code and not branch.groups_above and not branch.codes_above:
        lengths = range(1, min(len(code), CATEGORY + 1))
        links += [{"url": place.url(code=code[:end]), "label": f"{code[:end]}…", "title": ""} for end in lengths]
    links += [code_link(place, fact) for fact in (*branch.codes_above, *([page.fact] if page else []))]
    if code and not page:
        links.append({"url": place.url(code=code), "label": f"{place.dotted(code)}…", "title": ""})
    return links


def rows_below(place: Place, branch: Branch) -> list[dict[str, Any]]:
    """The links to what lies directly below the place."""
    rows: list[dict[str, Any]] = [
        {"url": place.url(group=group.position), "label": group.label, "title": group.title}
        for group in branch.groups_below
    ]
    rows += [{"url": place.url(code=stem), "label": stem, "title": title} for stem, title in branch.stems_below]
    return rows + [code_link(place, fact) for fact in branch.codes_below]


def rows_beside(place: Place, branch: Branch, page: CodePage | None) -> list[dict[str, Any]]:
    """The links to what lies beside the code; none where the choice of its 7th character says the same."""
    if page and page.extensions:
        return []
    current = page.fact.code if page else ""
    return [{**code_link(place, fact), "current": fact.code == current} for fact in branch.codes_beside]


def is_group(branch: Branch, code: str) -> bool:
    """Whether a chapter or block is shown."""
    return bool(branch.groups_above) and not code


def favourites_of(place: Place, user: User) -> list[dict[str, Any]]:
    """The person's favourites in the list of the day."""
    codes = FavouriteCode.objects.codes_of(user, place.system)
    return [code_link(place, fact) for fact in facts_of(codes, place.system, place.on)] if codes else []


def code_link(place: Place, fact: CodeFact) -> dict[str, Any]:
    return {
        "url": place.url(code=fact.code),
        "label": place.dotted(fact.code),
        "title": fact.title,
        "billable": fact.billable,
    }


def place_words(place: Place, branch: Branch, code: str, page: CodePage | None) -> dict[str, str]:
    """The heading of the place that is shown."""
    if page:
        return {"label": place.dotted(page.fact.code), "title": page.fact.title}
    if code and not branch.codes_below and not branch.stems_below:
        return {"label": place.dotted(code), "title": f"is not in {place.system.label} on {place.on}"}
    if code:
        return {"label": f"{place.dotted(code)}…", "title": "codes that begin so"}
    if branch.groups_above:
        return {"label": branch.groups_above[-1].label, "title": branch.groups_above[-1].title}
    return {"label": "", "title": place.system.label}


# -- a code ------------------------------------------------------------------------------------------


def page_context(place: Place, page: CodePage) -> dict[str, Any]:
    """The words of a code's page."""
    return {
        "billable": page.fact.billable,
        "edition": page.fact.edition,
        "notes": [notes_at(place, at, page.fact.code) for at in page.notes],
        "sides": choices(place, page.sides, page.fact.code),
        "extensions": choices(place, page.extensions, page.fact.code),
        "changes": page.changes,
        "index": page.index,
        "counterparts": [
            {"label": dotted(other_revision(place.system), one.code) or "None", "title": one.title,
             "flags": ", ".join(one.flags), "url": counterpart_url(place, one.code)}
            for one in page.counterparts
        ],
        "other_list": other_revision(place.system).label,
        "pairs": [
            {"label": pair.column_one if pair.column_two == page.fact.code else pair.column_two,
             "role": "includes this code" if pair.column_two == page.fact.code else "is included in this code",
             "indicator": INDICATOR_WORDS[pair.indicator], "rationale": pair.rationale,
             "url": place.url(code=pair.column_one if pair.column_two == page.fact.code else pair.column_two)}
            for pair in page.pairs
        ],
        "pair_count": page.pair_count,
        "more_pairs": page.pair_count - len(page.pairs),
        "edits": [*page.limits, *page.add_on],
        "prices": [
            {"where": where, "amount": f"${price.amount}" if price.amount is not None else "no price",
             "steps": price.steps}
            for where, price in page.prices
        ],
    }  # fmt: skip


def notes_at(place: Place, at: NotesAt, code: str) -> dict[str, Any]:
    """The notes of one place, gathered by kind."""
    kinds: dict[str, list[list[dict[str, str]]]] = {}
    for kind, text in at.notes:
        parts = [{"words": words, "url": place.url(code=named) if named else ""} for words, named in parts_of(text)]
        kinds.setdefault(NOTE_WORDS[NoteKind(kind)], []).append(parts)
    where = "" if at.holder == code else holder_words(place, at.holder)
    return {"where": where, "kinds": [{"label": label, "texts": texts} for label, texts in kinds.items()]}


def holder_words(place: Place, holder: str) -> str:
    """A code with its dot, a block as it is ("M15-M19"), a chapter by its number."""
    if not holder[:1].isalpha():
        return f"chapter {holder}"
    return holder if "-" in holder else place.dotted(holder)


def choices(place: Place, found: tuple[Choice, ...], code: str) -> list[dict[str, Any]]:
    return [
        {
            "url": place.url(code=one.code),
            "label": one.label,
            "code": place.dotted(one.code),
            "current": one.code == code,
        }
        for one in found
    ]


def other_revision(system: System) -> System:
    return System.ICD9CM if system is System.ICD10CM else System.ICD10CM


def counterpart_url(place: Place, code: str) -> str:
    """The counterpart in its own list, on a day when that list held."""
    system = other_revision(place.system)
    day = date(2015, 9, 30) if system is System.ICD9CM else max(place.on, date(2015, 10, 1))
    return Place(system, day).url(code=code) if code else ""
