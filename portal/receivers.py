"""What this app does when it is told of something below it, or by itself that a chart is ready."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from portal.actions.barcodes import queue_barcodes
from portal.models import Chart
from portal.signals import chart_ready


@receiver(chart_ready, dispatch_uid="portal.chart_ready")
def look_for_separators(*, chart: Chart, at: datetime, **_future: Any) -> None:
    queue_barcodes(chart=chart, at=at)
