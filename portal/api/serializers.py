"""What the API takes and gives, as its description shows it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portal.models import Batch, Chart, Delivery
from portal.rules.intake import ADVICE, ChartStatus, Refusal
from portal.rules.lifecycle import BatchStatus
from portal.rules.specialties import Specialty


def choice_list(words: Any) -> list[tuple[str, str]]:
    return [(word.value, word.name) for word in words]  # as ENUM_NAME_OVERRIDES sees them


class ErrorBodySerializer(serializers.Serializer):
    code = serializers.CharField(help_text="A word to decide by.")
    message = serializers.CharField(help_text="A sentence to read.")
    fields = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()), help_text="What is wrong, by field."
    )


class ErrorSerializer(serializers.Serializer):
    error = ErrorBodySerializer()


class BatchWriteSerializer(serializers.Serializer):
    """A new batch."""

    name = serializers.CharField(max_length=120)
    specialty = serializers.ChoiceField(choices=choice_list(Specialty))


class BatchSerializer(serializers.ModelSerializer):
    """A batch in a list."""

    label = serializers.CharField(read_only=True, help_text="What people call it, such as B-12.")
    status = serializers.ChoiceField(choices=choice_list(BatchStatus))
    specialty = serializers.ChoiceField(choices=choice_list(Specialty))
    source = serializers.ChoiceField(choices=[(word, word) for word in Batch.Source.values])

    class Meta:
        model = Batch
        fields: tuple[str, ...] = (
            "id", "label", "name", "specialty", "source", "status",
            "created_at", "received_at", "due_at", "delivered_at",
        )  # fmt: skip


class BatchPageSerializer(serializers.Serializer):
    results = BatchSerializer(many=True)
    next = serializers.IntegerField(
        allow_null=True, help_text="Send it as `before` for the next page; null on the last."
    )


class AdviceSerializer(serializers.Serializer):
    wrong = serializers.CharField()
    next_step = serializers.CharField()


class ChartSerializer(serializers.ModelSerializer):
    """A received file and what became of it."""

    label = serializers.CharField(read_only=True)
    name = serializers.CharField(source="original_name")
    status = serializers.ChoiceField(choices=choice_list(ChartStatus))
    reason = serializers.ChoiceField(
        choices=[("", ""), *choice_list(Refusal)], help_text="Why it could not be read; empty otherwise."
    )
    advice = serializers.SerializerMethodField(help_text="What was wrong and what to do; null if nothing was.")
    duplicate_of = serializers.IntegerField(source="duplicate_of_id", allow_null=True)

    class Meta:
        model = Chart
        fields = (
            "id", "label", "name", "size", "sha256", "status", "reason", "advice", "page_count", "duplicate_of",
            "received_at", "ready_at",
        )  # fmt: skip

    @extend_schema_field(AdviceSerializer(allow_null=True))
    def get_advice(self, chart: Chart) -> dict[str, str] | None:
        if not chart.reason:
            return None
        advice = ADVICE[Refusal(chart.reason)]
        return {"wrong": advice.wrong, "next_step": advice.next_step}


class FileWriteSerializer(serializers.Serializer):
    """One file of a batch."""

    file = serializers.FileField(help_text="PDF, TIFF, JPEG or PNG, known by its content.", allow_empty_file=True)
    sha256 = serializers.RegexField(
        r"^[0-9a-fA-F]{64}$", required=False, help_text="SHA-256 of the file in hex; checked if given."
    )


class ReceiptSerializer(serializers.Serializer):
    """The receipt for a file: it is kept, and this is its hash."""

    outcome = serializers.ChoiceField(choices=["received", "duplicate", "refused"])
    chart = serializers.IntegerField(help_text="The chart's id.")
    sha256 = serializers.CharField()
    size = serializers.IntegerField()
    reason = serializers.CharField(allow_blank=True)
    advice = AdviceSerializer(allow_null=True)


class DeliverySerializer(serializers.ModelSerializer):
    """One result file of a batch."""

    class Meta:
        model = Delivery
        fields = ("id", "version", "format", "file_name", "sha256", "size", "encounter_count", "created_at")


class DeliveryListSerializer(serializers.Serializer):
    results = DeliverySerializer(many=True)
