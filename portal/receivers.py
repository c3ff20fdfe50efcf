"""What this app does when it is told of something below it, or by itself that a chart is ready."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from portal.actions.barcodes import queue_barcodes
from portal.models import Batch, Chart
from portal.news import tell
from portal.signals import batch_sent, chart_locked, chart_ready, chart_refused, chart_unlocked


@receiver(chart_ready, dispatch_uid="portal.chart_ready")
def look_for_separators(*, chart: Chart, at: datetime, **_future: Any) -> None:
    queue_barcodes(chart=chart, at=at)


@receiver([chart_ready, chart_refused, chart_locked, chart_unlocked], dispatch_uid="portal.chart_news")
def tell_of_chart(*, chart: Chart, **_future: Any) -> None:
    tell(practice_id=chart.practice_id, batch_id=chart.batch_id)


@receiver(batch_sent, dispatch_uid="portal.batch_news")
def tell_of_batch(*, batch: Batch, **_future: Any) -> None:
    tell(practice_id=batch.practice_id, batch_id=batch.pk)
