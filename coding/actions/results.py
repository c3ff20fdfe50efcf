"""The result of a batch as plain data: the codes that count, and what is known of each visit."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch

from coding.models import Coding, Encounter, PreCoding, ProcedureLine, Verdict, Verification
from coding.models.encounter import EncounterQuerySet
from coding.rules.codings import ProcedureLine as Line
from coding.rules.codings import diagnosis_system
from coding.rules.formats.result import BatchResult, ResultRow
from coding.rules.lifecycle import NotBillableReason, Stage
from portal.models import Batch, Chart
from portal.rules.intake import ADVICE, ChartStatus, Refusal

NOT_SAMPLED = "Not in the verification sample"


def collect_result(batch: Batch) -> BatchResult:
    """The batch's result as plain data, in a constant number of queries."""
    encounters = with_codes(Encounter.objects.originals().filter(batch=batch)).order_by("chart_id", "part")
    rows = [(encounter.chart_id, encounter.part, encounter_row(encounter)) for encounter in encounters]
    left_over = Chart.objects.filter(
        batch=batch, status__in=[ChartStatus.UNREADABLE, ChartStatus.QUARANTINED, ChartStatus.DUPLICATE]
    )
    rows += [(chart.pk, 0, chart_row(chart)) for chart in left_over]
    rows.sort(key=lambda row: row[:2])
    return BatchResult(batch=batch.label, practice=batch.practice.name, rows=tuple(row for _, _, row in rows))


def with_codes(encounters: EncounterQuerySet) -> EncounterQuerySet:
    """The encounters with all that `encounter_row` looks at, in a constant number of queries."""
    precoding = PreCoding.objects.select_related("rendering_provider", "referring_provider", "payer")
    return (
        encounters.select_related("chart")
        .with_pages()
        .prefetch_related(
            Prefetch("precoding", queryset=precoding),
            Prefetch(
                "codings",
                queryset=Coding.objects.filter(stage=Stage.CODING)
                .order_by("version")
                .prefetch_related("diagnoses", "procedures"),
            ),
            Prefetch(
                "verifications",
                queryset=Verification.objects.exclude(verdict=Verdict.RETURNED)
                .select_related("verifier_version")
                .prefetch_related("verifier_version__diagnoses", "verifier_version__procedures"),
            ),
        )
    )


def chart_row(chart: Chart) -> ResultRow:
    """The row of a chart that yielded no work: it could not be read, or was sent before."""
    if chart.status == ChartStatus.DUPLICATE:
        return ResultRow(
            chart=chart.label,
            file_name=chart.original_name,
            status="Duplicate",
            reason=f"The same file was received as C-{chart.duplicate_of_id:04d}.",
        )
    advice = ADVICE[Refusal(chart.reason)]
    reason = f"{advice.wrong} {advice.next_step}"
    return ResultRow(
        chart=chart.label,
        file_name=chart.original_name,
        status="Not readable",
        reason=reason,
    )


def encounter_row(encounter: Encounter) -> ResultRow:
    """The row of an encounter: who and what from pre-coding, codes from the version that counts."""
    facts = patient_facts(encounter)
    common: dict[str, Any] = {
        "chart": encounter.chart.label,
        "file_name": encounter.chart.original_name,
        "encounter": encounter.label,
        "pages": encounter.page_words,
    }
    if encounter.not_billable_reason:
        reason = NotBillableReason(encounter.not_billable_reason).label
        return ResultRow(**common, **facts, status="Not billable", reason=reason)
    coding, verification = version_that_counts(encounter)
    return ResultRow(
        **common,
        **facts,
        status="Billable",
        system=diagnosis_system(coding.date_of_service),
        diagnoses=tuple(row.code for row in coding.diagnoses.all()),
        lines=tuple(as_line(row) for row in coding.procedures.all()),
        verification=verification,
        coding_id=coding.pk,
    )


def as_line(row: ProcedureLine) -> Line:
    """A procedure line as plain data."""
    return Line(code=row.code, modifiers=tuple(row.modifiers), units=row.units, pointers=tuple(row.pointers))


def version_that_counts(encounter: Encounter) -> tuple[Coding, str]:
    """The verifier's version if the verdict corrected the newest coder's version, else that one; and the verdict."""
    coding = list(encounter.codings.all())[-1]
    verdicts = [one for one in encounter.verifications.all() if one.coder_version_id == coding.pk]
    if not verdicts:
        return coding, NOT_SAMPLED
    last = max(verdicts, key=lambda one: one.pk)
    return last.verifier_version or coding, Verdict(last.verdict).label


def patient_facts(encounter: Encounter) -> dict[str, Any]:
    """What pre-coding found out; nothing for a visit that was found not billable before."""
    found = getattr(encounter, "precoding", None)
    if found is None:
        return {}
    referring = found.referring_provider
    return {
        "patient": found.patient_name,
        "birth_date": found.birth_date,
        "sex": found.sex,
        "account_number": found.account_number,
        "service_from": found.date_from,
        "service_to": found.date_to,
        "rendering_provider": found.rendering_provider.name,
        "rendering_npi": found.rendering_provider.npi,
        "referring_provider": referring.name if referring else "",
        "referring_npi": referring.npi if referring else "",
        "place_of_service": found.place_of_service,
        "payer": found.payer.name if found.payer else "",
        "member_id": found.member_id,
    }
