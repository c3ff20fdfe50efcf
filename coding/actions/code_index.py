"""Keeping the code search index of a machine up to date."""

from __future__ import annotations

from datetime import datetime

from coding.code_index import build_code_index
from coding.models import Edition
from portal.actions.jobs import Claim, finish_job, queue_job

KIND = "coding.build_code_index"


def queue_index_build(*, edition: Edition, at: datetime) -> None:
    """Have the index built once the edition that was loaded is committed; other machines see for themselves."""
    queue_job(kind=KIND, object_id=edition.pk, practice=None, at=at)


def build_index(*, claim: Claim, at: datetime) -> None:
    """Build what is missing; several lists loaded one after another need one build."""
    build_code_index(only_if_needed=True)
    finish_job(claim=claim, at=at)
