"""Samples drawn from a frame, for managers: the draws of a practice, one of them made again, and its files."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from coding.actions.audit_draws import FRAME_AT_MOST, FrameEmpty, FrameTooLarge, draw_audit, drawn_again, found_in
from coding.forms.plans import DrawForm
from coding.models import AuditDraw, Encounter
from coding.rules.figure_words import proportion_words, ratio_words
from coding.rules.formats import csv_file, xlsx_file
from coding.rules.lifecycle import EncounterStatus
from coding.rules.plans import drawn_sample
from coding.rules.plans.drawn_sample import DrawnSample
from coding.rules.plans.draws import SEED_LENGTH, Drawn, Strata, sizes_of
from portal.access import SignedRequest, found, refuse, requires
from portal.models import Practice, User
from portal.rules.roles import Permission

SHOWN = 100
HEAVY = ("frame", "drawn")  # columns that a list does not read
FILES = {
    "csv": (drawn_sample.as_csv, csv_file.MEDIA_TYPE, ".csv"),
    "frame": (drawn_sample.frame_as_csv, csv_file.MEDIA_TYPE, "-frame.csv"),
    "xlsx": (drawn_sample.as_xlsx, xlsx_file.MEDIA_TYPE, ".xlsx"),
}


@requires(Permission.MANAGE_WORK)
@require_GET
def draws(request: SignedRequest, pk: int) -> HttpResponse:
    """Every draw of a practice, the newest first, and the form of another."""
    practice = found(request, Practice.objects.visible_to(request.user), pk=pk)
    return draws_page(request, practice, DrawForm())


def draws_page(request: SignedRequest, practice: Practice, form: DrawForm, *, status: int = 200) -> HttpResponse:
    rows = AuditDraw.objects.filter(practice=practice).defer(*HEAVY).select_related("made_by", "coder")[:SHOWN]
    return render(
        request,
        "coding/audit_draws.html",
        {
            "practice": practice,
            "form": form,
            "rows": [
                {
                    "pk": row.pk, "label": row.label, "title": row.title, "from_on": row.from_on, "to_on": row.to_on,
                    "size": row.size, "frame_size": row.frame_size, "strata": Strata(row.strata).label,
                    "coder": row.coder.name if row.coder else "Everybody", "made_by": row.made_by.name,
                    "made_at": row.made_at,
                } for row in rows
            ],
        },
        status=status,
    )  # fmt: skip


@requires(Permission.MANAGE_WORK)
@require_POST
def make_draw(request: SignedRequest, pk: int) -> HttpResponse:
    """Draw; the seed is chance, and every draw is kept."""
    practice = found(request, Practice.objects.visible_to(request.user), pk=pk)
    form = DrawForm(request.POST)
    if form.is_valid():
        seed = secrets.token_hex(SEED_LENGTH // 2)
        try:
            row = draw_audit(practice=practice, by=request.user, at=timezone.now(), seed=seed, **form.cleaned_data)
        except FrameEmpty:
            form.add_error("from_on", "No visit was finished in these days.")
        except FrameTooLarge:
            form.add_error("to_on", f"These are more than {FRAME_AT_MOST} visits. Name fewer days.")
        else:
            messages.success(request, f"{row.label} is drawn: {row.size} of {row.frame_size} visits.")
            return redirect("coding:audit-draw", pk=row.pk)
    return draws_page(request, practice, form, status=422)


@requires(Permission.MANAGE_WORK)
@require_GET
def draw(request: SignedRequest, pk: int) -> HttpResponse:
    """One draw: what it rests on, whether it comes out the same once more, its visits, and what was found in them."""
    row = draw_of(request, pk)
    sample, again = row.sample(), drawn_again(row)
    names = names_in(sample)
    states = states_of(sample)
    score = found_in(sample)
    wanted = [one for one in sample if not one.is_spare]
    return render(
        request,
        "coding/audit_draw.html",
        {
            "row": row,
            "practice": row.practice,
            "strata": Strata(row.strata).label,
            "coder": row.coder.name if row.coder else "Everybody",
            "again": again,
            "sizes": strata_rows(row, sample, names),
            "drawn": [drawn_row(one, names, states) for one in sorted(wanted, key=lambda one: one.unit.place)],
            "spares": [drawn_row(one, names, states) for one in sample if one.is_spare],
            "judged": score.records.of,
            "figures": [
                ("Lines right", ratio_words(score.lines)),
                ("Encounters right", proportion_words(score.records)),
                ("Payment unchanged", proportion_words(score.payment_records)),
            ],
        },
    )


def draw_of(request: SignedRequest, pk: int) -> AuditDraw:
    return found(request, AuditDraw.objects.select_related("practice", "coder", "made_by"), pk=pk)


def names_in(sample: tuple[Drawn, ...]) -> dict[str, str]:
    """The names of the coders in the names of strata."""
    numbers = {one.unit.stratum.split(" / ")[0].removeprefix("coder ") for one in sample}
    people = User.objects.filter(pk__in=[int(number) for number in numbers if number.isdecimal()])
    return {f"coder {pk}": name for pk, name in people.values_list("pk", "name")}


def stratum_words(stratum: str, names: dict[str, str]) -> str:
    first, *rest = stratum.split(" / ")
    return ", ".join([names.get(first, first), *(part.replace("_", " ") for part in rest)]) or "All"


def states_of(sample: tuple[Drawn, ...]) -> dict[int, str]:
    """The status of each drawn visit that there still is."""
    rows = Encounter.objects.filter(pk__in=[one.unit.number for one in sample])
    return {pk: EncounterStatus(status).label for pk, status in rows.values_list("pk", "status")}


def strata_rows(row: AuditDraw, sample: tuple[Drawn, ...], names: dict[str, str]) -> list[dict[str, Any]]:
    """For each stratum how many visits it has, and how many of them were drawn."""
    drawn = sizes_of([one.unit for one in sample if not one.is_spare])
    return [
        {"name": stratum_words(stratum, names), "size": size, "drawn": drawn.get(stratum, 0)}
        for stratum, size in sizes_of(row.units()).items()
    ]


def drawn_row(one: Drawn, names: dict[str, str], states: dict[int, str]) -> dict[str, Any]:
    return {
        "order": one.order,
        "place": one.unit.place,
        "encounter": one.unit.number if one.unit.number in states else None,
        "label": drawn_sample.visit(one.unit.number),
        "stratum": stratum_words(one.unit.stratum, names),
        "state": states.get(one.unit.number, "Destroyed by retention"),
    }


@requires(Permission.MANAGE_WORK)
@require_GET
def draw_file(request: SignedRequest, pk: int, kind: str) -> HttpResponse:
    """The sample, or its whole frame, as a file."""
    row = draw_of(request, pk)
    if kind not in FILES:
        refuse(request, object_type="coding.auditdraw", object_id=str(pk))
    made, media_type, ending = FILES[kind]
    sample = DrawnSample(
        audit=row.label,
        title=row.title,
        made_on=timezone.localdate(row.made_at),
        period=(row.from_on, row.to_on),
        seed=row.seed,
        frame_hash=row.frame_hash,
        frame=row.units(),
        drawn=row.sample(),
    )
    name = content_disposition_header(as_attachment=True, filename=f"{row.label}{ending}")
    return HttpResponse(made(sample), content_type=media_type, headers={"Content-Disposition": name or ""})
