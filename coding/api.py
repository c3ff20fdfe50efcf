"""How far a batch is, over the API."""

from __future__ import annotations

from typing import ClassVar

from django.db.models import Count
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from coding.models import Encounter
from coding.rules.lifecycle import EncounterStatus
from portal.api.authentication import PracticeRequest
from portal.api.base import PracticeView
from portal.api.documentation import errors
from portal.api.permissions import found
from portal.api.serializers import BatchSerializer, ChartSerializer
from portal.models import Batch, Chart, TokenScope
from portal.rules.intake import ChartStatus


class CountsSerializer(serializers.Serializer):
    """How many charts and encounters are in each state; every state is named."""

    charts = serializers.DictField(child=serializers.IntegerField(), help_text=", ".join(ChartStatus))
    encounters = serializers.DictField(child=serializers.IntegerField(), help_text=", ".join(EncounterStatus))


class BatchDetailSerializer(BatchSerializer):
    """A batch with its counts and charts."""

    counts = CountsSerializer()
    charts = ChartSerializer(many=True)

    class Meta(BatchSerializer.Meta):
        fields = (*BatchSerializer.Meta.fields, "counts", "charts")


class BatchView(PracticeView):
    """One batch."""

    required_scopes: ClassVar = {"GET": TokenScope.STATUS}

    @extend_schema(
        operation_id="read_batch",
        summary="Read a batch",
        description="Its status, how many charts and encounters are in each state, and each file with its outcome.",
        responses={200: BatchDetailSerializer, **errors(404)},
        tags=["batches"],
    )
    def get(self, request: PracticeRequest, pk: int) -> Response:
        batch = found(request, Batch.objects.visible_to(request.user), pk=pk)
        charts = list(Chart.objects.visible_to(request.user).filter(batch=batch).in_order())
        encounters = Encounter.objects.visible_to(request.user).filter(batch=batch).order_by()
        by_state = dict(encounters.values_list("status").annotate(Count("pk")))
        chart_states = [chart.status for chart in charts]
        return Response(
            {
                **BatchSerializer(batch).data,
                "counts": {
                    "charts": {state.value: chart_states.count(state) for state in ChartStatus},
                    "encounters": {state.value: by_state.get(state, 0) for state in EncounterStatus},
                },
                "charts": ChartSerializer(charts, many=True).data,
            }
        )
