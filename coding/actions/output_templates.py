"""A practice's templates of its results: which is in use, and a new version of one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from coding.rules.formats import FORMATS
from coding.rules.formats.checking import Fault, faults
from coding.rules.formats.template import OutputTemplate
from coding.rules.plain_data import as_json, from_json
from portal.actions.audit import record
from portal.actions.jobs import try_job_again
from portal.models import Job, JobState, OutputTemplateVersion, Practice, User

DELIVER = "coding.deliver_batch"
UNFIT = "template_unfit"  # the fault of a delivery that waits for another template


class SameTemplate(Exception):
    """The template is the one in use."""


class BadTemplate(Exception):
    """The template cannot be used; `faults` says why."""

    def __init__(self, found: Iterable[Fault]) -> None:
        self.faults = tuple(found)
        super().__init__(f"{len(self.faults)} faults")


@dataclass(frozen=True)
class InUse:
    """A template and the version it is; none where the format's own is used."""

    template: OutputTemplate
    version: OutputTemplateVersion | None = None


def template_in(version: OutputTemplateVersion) -> OutputTemplate:
    return from_json(OutputTemplate, version.body)


def templates_in_use(practice: Practice, formats: Iterable[str]) -> dict[str, InUse]:
    """The template of each of the formats; one query."""
    rows = OutputTemplateVersion.objects.filter(practice=practice).newest()
    newest = {row.format: row for row in rows}
    return {
        name: InUse(template_in(newest[name]), newest[name]) if name in newest else InUse(FORMATS[name].TEMPLATE)
        for name in formats
    }


@transaction.atomic
def save_output_template(
    *, practice: Practice, kind: str, template: OutputTemplate, by: User, at: datetime
) -> OutputTemplateVersion:
    """A new version of the practice's template of the format `kind`; BadTemplate, SameTemplate.

    Deliveries of the practice that waited because they did not fit are tried again.
    """
    if wrong := faults(template, FORMATS[kind]):
        raise BadTemplate(wrong)
    Practice.objects.select_for_update(no_key=True).get(pk=practice.pk)
    now = templates_in_use(practice, [kind])[kind]
    if now.template == template:
        raise SameTemplate
    version = OutputTemplateVersion.objects.create(
        practice=practice,
        format=kind,
        version=now.version.version + 1 if now.version else 1,
        body=as_json(template),
        created_at=at,
        created_by=by,
    )
    record("output_template.saved", at=at, by=by, about=version, format=kind, version=version.version)
    for job in waiting_deliveries(practice):
        try_job_again(job=job, at=at)
    return version


def waiting_deliveries(practice: Practice) -> list[Job]:
    """Deliveries that did not fit into a template of the practice."""
    return list(Job.objects.filter(kind=DELIVER, practice=practice, state=JobState.FAILED, fault=UNFIT).order_by("pk"))
