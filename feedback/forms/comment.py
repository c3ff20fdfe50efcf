"""What can be said in a thread, as forms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.base import File

from coding.models import Encounter
from feedback.actions.attachments import FileRefused, TooManyFiles, checked
from feedback.models import Comment, Thread
from feedback.rules.talk import BODY_LIMIT, FILE_LIMIT, FILES_AT_ONCE, Side
from portal.models import User
from portal.rules.intake import ADVICE

SIDE_NAMES = {Side.PRACTICE: "The practice", Side.SERVICE: "Chartline"}
ANSWER_CHOICES = [("", "Nobody"), *((side.value, name) for side, name in SIDE_NAMES.items())]
INTERNAL = "internal"
AUDIENCES = [("", "The practice too"), (INTERNAL, "Internal note")]
MEGABYTES = FILE_LIMIT // 1024**2


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """Files, each checked like a chart; cleans to a list."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[File[Any]]:  # noqa: ARG002  (the framework's signature)
        files = [file for file in (data if isinstance(data, list | tuple) else [data]) if file]
        try:
            checked(files)
        except TooManyFiles:
            raise forms.ValidationError(f"Attach at most {FILES_AT_ONCE} files to one message.") from None
        except FileRefused as refused:
            advice = ADVICE[refused.reason]
            name = files[refused.position].name
            raise forms.ValidationError(f"{name}: {advice.wrong} {advice.next_step}") from None
        return files


class EncounterField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Encounter) -> str:
        pages = obj.page_words
        return f"{obj.label}, {'pages' if '–' in pages or ',' in pages else 'page'} {pages}" if pages else obj.label


class PeopleField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: User) -> str:
        return f"{obj.name} ({', '.join(obj.role_labels).lower()})"


class BodyForm(forms.Form):
    """Words alone: for an edit."""

    body = forms.CharField(
        label="Message",
        max_length=BODY_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write a message."},
    )


class CommentForm(BodyForm):
    """A new message in a thread, as somebody may write it."""

    audience = forms.ChoiceField(
        label="Who reads it", choices=AUDIENCES, required=False, widget=forms.RadioSelect, initial=""
    )
    needs_answer_from = forms.ChoiceField(label="Needs an answer from", choices=ANSWER_CHOICES, required=False)
    encounter = EncounterField(
        label="About", queryset=Encounter.objects.none(), required=False, empty_label="The batch"
    )
    mentions = PeopleField(
        label="Mention", queryset=User.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    files = SeveralFilesField(
        label="Files",
        required=False,
        help_text=f"PDF, TIFF, JPEG, PNG. {MEGABYTES} MB each, {FILES_AT_ONCE} files.",
        widget=SeveralFiles(attrs={"accept": ".pdf,.tif,.tiff,.jpg,.jpeg,.png"}),
    )
    is_complaint = forms.BooleanField(
        label="This is a complaint",
        required=False,
        help_text="A manager answers for it, within the hours of your contract.",
    )
    reply_to = forms.ModelChoiceField(queryset=Comment.objects.none(), required=False, widget=forms.HiddenInput)
    settle = forms.BooleanField(label="This settles the question", required=False)

    def __init__(self, *args: Any, thread: Thread, user: User, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"thread-{thread.pk}-%s", **kwargs)
        del self.fields["is_complaint" if user.is_service_staff else "audience"]
        encounters = Encounter.objects.visible_to(user).originals().filter(batch_id=thread.batch_id).with_pages()
        self.fields["encounter"].queryset = encounters.order_by("pk")
        self.fields["mentions"].queryset = thread.people().exclude(pk=user.pk).prefetch_related("user_roles")
        self.fields["reply_to"].queryset = (
            Comment.objects.visible_to(user).filter(thread=thread, deleted_at=None).select_related("author", "token")
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        answered = data.get("reply_to")
        internal = data.get("audience") == INTERNAL or bool(answered and answered.is_internal)
        if internal and data.get("needs_answer_from"):
            self.add_error("needs_answer_from", "The practice does not see an internal note. Mention a colleague.")
        outside = [one.name for one in data.get("mentions", ()) if internal and not one.is_service_staff]
        if outside:
            self.add_error("mentions", f"{outside[0]} does not see internal notes.")
        return {**data, "is_internal": internal}

    def answered(self) -> Comment | None:
        """The comment that this one will answer, if any."""
        value = self["reply_to"].value()
        return self.fields["reply_to"].queryset.filter(pk=value).first() if str(value or "").isdecimal() else None

    def has_more(self) -> bool:
        """Whether more than words was filled in, or is wrong."""
        return any(
            self[name].value() or (self.is_bound and self.errors.get(name))
            for name in ("needs_answer_from", "encounter", "mentions", "files", "is_complaint")
            if name in self.fields
        )


class AnswerForm(BodyForm):
    """The answer to one question, on a list of them."""

    def __init__(self, *args: Any, question: Comment, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"question-{question.pk}-%s", **kwargs)
        self.fields["body"].label = "Answer"
        self.fields["body"].error_messages["required"] = "Write an answer."
