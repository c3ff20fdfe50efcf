"""What the API takes and gives, as its description shows it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portal.models import Batch, Chart, Delivery, Upload
from portal.rules.file_types import TAKEN
from portal.rules.intake import ADVICE, ChartStatus, Refusal
from portal.rules.lifecycle import BatchStatus
from portal.rules.specialties import Specialty
from portal.rules.uploads import LARGEST_PART, UploadState

HEX = r"^[0-9a-fA-F]{64}$"  # a SHA-256


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

    file = serializers.FileField(help_text=f"{TAKEN}; known by its content.", allow_empty_file=True)
    sha256 = serializers.RegexField(HEX, required=False, help_text="SHA-256 of the file in hex; checked if given.")


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


class UploadWriteSerializer(serializers.Serializer):
    """A file that will arrive in parts."""

    name = serializers.CharField(max_length=255, help_text="The file's name.")
    size = serializers.IntegerField(min_value=0, help_text="Its size in bytes.")
    sha256 = serializers.RegexField(
        HEX, required=False, help_text="SHA-256 of the whole file in hex; here or when it is completed."
    )


class UploadPartSerializer(serializers.Serializer):
    """A part that is kept."""

    offset = serializers.IntegerField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()


class UploadSerializer(serializers.ModelSerializer):
    """A file on its way."""

    state = serializers.ChoiceField(choices=choice_list(UploadState))
    part_bytes = serializers.SerializerMethodField(help_text="The largest part that is taken.")

    class Meta:
        model = Upload
        fields: tuple[str, ...] = (
            "id", "batch", "name", "size", "sha256", "offset", "part_bytes", "state", "created_at", "expires_at",
        )  # fmt: skip

    @extend_schema_field(int)
    def get_part_bytes(self, _upload: Upload) -> int:
        return LARGEST_PART


class UploadStatusSerializer(UploadSerializer):
    """The same with its parts, until it has ended, and the chart it became."""

    parts = UploadPartSerializer(many=True)
    chart = serializers.IntegerField(source="chart_id", allow_null=True)

    class Meta(UploadSerializer.Meta):
        fields = (*UploadSerializer.Meta.fields, "chart", "parts")


class UploadPageSerializer(serializers.Serializer):
    results = UploadSerializer(many=True)


class OffsetSerializer(serializers.Serializer):
    """How far the file has come."""

    offset = serializers.IntegerField(help_text="Where the next part begins.")
    size = serializers.IntegerField(help_text="The size that was declared.")


class CompleteSerializer(serializers.Serializer):
    """What the file must be."""

    sha256 = serializers.RegexField(
        HEX, required=False, help_text="SHA-256 of the whole file in hex, unless it was declared at the beginning."
    )


class UploadErrorBodySerializer(ErrorBodySerializer):
    offset = serializers.IntegerField(required=False, help_text="Where to go on.")


class UploadErrorSerializer(serializers.Serializer):
    error = UploadErrorBodySerializer()


class ExpectedFileSerializer(serializers.Serializer):
    """A file that the batch must hold."""

    name = serializers.CharField(max_length=255)
    sha256 = serializers.RegexField(HEX)


class SendSerializer(serializers.Serializer):
    """What the batch must hold; left out, it is sent with what it holds."""

    expected = serializers.ListField(
        child=ExpectedFileSerializer(),
        required=False,
        max_length=5000,
        help_text="Every file of the batch; any difference stops the sending.",
    )


class DifferentFileSerializer(ExpectedFileSerializer):
    received_sha256 = serializers.CharField()


class SendErrorBodySerializer(ErrorBodySerializer):
    missing = ExpectedFileSerializer(many=True, required=False, help_text="Expected, and not in the batch.")
    different = DifferentFileSerializer(many=True, required=False, help_text="In the batch with other bytes.")
    unexpected = ExpectedFileSerializer(many=True, required=False, help_text="In the batch, and not expected.")
    unfinished = serializers.ListField(
        child=serializers.IntegerField(), required=False, help_text="Ids of uploads that are not complete."
    )


class SendErrorSerializer(serializers.Serializer):
    error = SendErrorBodySerializer()


class ReceiptPageSerializer(serializers.Serializer):
    results = ChartSerializer(many=True)
    next = serializers.IntegerField(
        allow_null=True, help_text="Send it as `after` for the next page; null on the last."
    )


class ManifestRowWriteSerializer(serializers.Serializer):
    """What one file is about."""

    file = serializers.CharField(max_length=500)
    patient = serializers.CharField(max_length=500, required=False, allow_blank=True)
    birth_date = serializers.CharField(max_length=40, required=False, allow_blank=True)
    mrn = serializers.CharField(max_length=500, required=False, allow_blank=True)
    service_date = serializers.CharField(max_length=40, required=False, allow_blank=True)
    provider = serializers.CharField(max_length=500, required=False, allow_blank=True, help_text="Name or NPI.")
    payer = serializers.CharField(max_length=500, required=False, allow_blank=True)
    notes = serializers.CharField(max_length=500, required=False, allow_blank=True)


class ManifestWriteSerializer(serializers.Serializer):
    rows = serializers.ListField(child=ManifestRowWriteSerializer(), max_length=5000)


class ManifestProblemSerializer(serializers.Serializer):
    line = serializers.IntegerField()
    problems = serializers.ListField(child=serializers.CharField())


class ManifestAnswerSerializer(serializers.Serializer):
    """How the manifest was understood."""

    columns = serializers.ListField(
        child=serializers.CharField(allow_blank=True), help_text="What each column was taken for; empty: not used."
    )
    rows = serializers.IntegerField()
    matched = serializers.IntegerField(help_text="Rows for which the batch holds exactly one file by now.")
    problems = ManifestProblemSerializer(many=True)
    unnamed_charts = serializers.ListField(child=serializers.IntegerField(), help_text="Charts that no row names.")
