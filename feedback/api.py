"""The thread of a batch, over the API."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from coding.models import Encounter
from feedback.actions.comments import CannotSay, NotInThread, add_comment, side_of_comment
from feedback.models import Attachment, Comment, Thread
from feedback.rules.talk import BODY_LIMIT, SERVICE_NAME, Side
from portal.api.authentication import PracticeRequest
from portal.api.base import PracticeView, number
from portal.api.documentation import KEY_HEADER, errors
from portal.api.errors import Refused
from portal.api.idempotency import idempotent
from portal.api.permissions import found
from portal.models import Batch, ClientRow, TokenScope

A_PAGE = 100
Row = TypeVar("Row", bound=ClientRow)
SIDES = [(side.value, side.name) for side in Side]  # as ENUM_NAME_OVERRIDES sees them


class AuthorSerializer(serializers.Serializer):
    name = serializers.CharField()
    side = serializers.ChoiceField(choices=SIDES)


class AttachmentSerializer(serializers.ModelSerializer):
    name = serializers.CharField(source="original_name")

    class Meta:
        model = Attachment
        fields = ("id", "name", "media_type", "size", "sha256")


class CommentSerializer(serializers.ModelSerializer):
    """What was said; the words of a comment that was taken back are empty."""

    author = serializers.SerializerMethodField()
    body = serializers.SerializerMethodField()
    reply_to = serializers.IntegerField(source="reply_to_id", allow_null=True)
    encounter = serializers.IntegerField(source="encounter_id", allow_null=True)
    needs_answer_from = serializers.ChoiceField(choices=[("", ""), *SIDES])
    attachments = serializers.SerializerMethodField()

    class Meta:
        model = Comment
        fields = (
            "id", "created_at", "edited_at", "deleted_at", "author", "body", "reply_to", "encounter",
            "needs_answer_from", "resolved_at", "attachments",
        )  # fmt: skip

    @extend_schema_field(AuthorSerializer)
    def get_author(self, comment: Comment) -> dict[str, str]:
        speaker = comment.author or comment.token
        return {"name": speaker.name if speaker is not None else SERVICE_NAME, "side": side_of_comment(comment).value}

    def get_body(self, comment: Comment) -> str:
        return "" if comment.deleted_at is not None else comment.body

    @extend_schema_field(AttachmentSerializer(many=True))
    def get_attachments(self, comment: Comment) -> list[dict[str, object]]:
        files = [] if comment.deleted_at is not None else sorted(comment.attachments.all(), key=lambda file: file.pk)
        return list(AttachmentSerializer(files, many=True).data)


class CommentPageSerializer(serializers.Serializer):
    results = CommentSerializer(many=True)
    next = serializers.IntegerField(
        allow_null=True, help_text="Send it as `after` for the next page; null on the last."
    )


class CommentWriteSerializer(serializers.Serializer):
    """A new comment, as plain text."""

    body = serializers.CharField(max_length=BODY_LIMIT, trim_whitespace=True)
    reply_to = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, help_text="A comment of the thread."
    )
    encounter = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, help_text="A visit of the batch."
    )
    needs_answer_from = serializers.ChoiceField(choices=SIDES, required=False, allow_blank=True, default="")


class CommentsView(PracticeView):
    """The comments of a batch."""

    required_scopes: ClassVar = {"GET": TokenScope.READ_COMMENTS, "POST": TokenScope.WRITE_COMMENTS}

    @extend_schema(
        operation_id="list_comments",
        summary="Read the comments of a batch",
        description="Oldest first, 100 at a time. Empty while the batch is not sent.",
        parameters=[OpenApiParameter("after", int, description="The `next` of the page before.")],
        responses={200: CommentPageSerializer, **errors(404)},
        tags=["comments"],
    )
    def get(self, request: PracticeRequest, pk: int) -> Response:
        batch = found(request, Batch.objects.visible_to(request.user), pk=pk)
        rows = Comment.objects.visible_to(request.user).filter(
            thread__batch=batch, pk__gt=number(request, "after") or 0
        )
        rows = rows.select_related("author", "token").prefetch_related("author__user_roles", "attachments")
        page = list(rows.order_by("pk")[: A_PAGE + 1])
        more, page = len(page) > A_PAGE, page[:A_PAGE]
        return Response({"results": CommentSerializer(page, many=True).data, "next": page[-1].pk if more else None})

    @extend_schema(
        operation_id="add_comment",
        summary="Comment on a batch",
        description="The service's people are told by an e-mail without content. A reply does not settle a question: a "
        "person does that.",
        parameters=[KEY_HEADER],
        request=CommentWriteSerializer,
        responses={201: CommentSerializer, **errors(400, 404, 409, 413, 415, 422)},
        tags=["comments"],
    )
    @idempotent
    def post(self, request: PracticeRequest, pk: int) -> Response:
        batch = found(request, Batch.objects.visible_to(request.user), pk=pk)
        sent = CommentWriteSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        data = sent.validated_data
        thread = Thread.objects.visible_to(request.user).select_related("batch", "practice").filter(batch=batch).first()
        if thread is None:
            raise Refused(409, "batch_not_sent", "The comments open when the batch is sent.")
        try:
            comment = add_comment(
                thread=thread,
                token=request.auth,
                body=data["body"],
                at=timezone.now(),
                reply_to=named(request, Comment.objects.visible_to(request.user), data, "reply_to"),
                encounter=named(request, Encounter.objects.originals(), data, "encounter"),
                needs_answer_from=data["needs_answer_from"],
            )
        except CannotSay:
            raise invalid("body", "This field may not be empty.") from None
        except NotInThread:
            raise invalid("reply_to", "There is no such comment or visit in this batch.") from None
        return Response(CommentSerializer(comment).data, status=201)


def named(request: PracticeRequest, rows: QuerySet[Row], data: dict[str, object], field: str) -> Row | None:
    """The object that a field names, in the token's practice."""
    if not data.get(field):
        return None
    row = rows.filter(practice_id=request.auth.practice_id, pk=data[field]).first()
    if row is None:
        raise invalid(field, "There is no such object.")
    return row


def invalid(field: str, message: str) -> Refused:
    return Refused(400, "invalid", "The request is not valid.", {field: [message]})
