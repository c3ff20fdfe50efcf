"""A practice's remark on a code in its thread: said there, and answered there by who looked at it again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from coding.actions.remarks import raise_remark
from coding.models import Encounter, Remark
from coding.rules.discrepancies import Part
from coding.rules.remarks import RemarkStatus
from feedback.actions.comments import add_comment
from feedback.actions.inbox import end_items, post_to_managers
from feedback.actions.threads import ensure_thread
from feedback.models import Comment, InboxItem
from feedback.rules.inbox import ItemKind
from feedback.rules.talk import REMARK_DECLINED, REMARK_HEAD, REMARK_UPHELD, REMARK_WITHDRAWN, RESULT_FOLLOWS
from portal.models import User


@transaction.atomic
def remark_on_code(*, encounter: Encounter, part: Part, position: int, words: str, by: User, at: datetime) -> Remark:
    """Object to a code that was delivered; it stands in the thread, and somebody new looks at it.

    NotDelivered, AlreadyRemarked, NothingSaid.
    """
    remark = raise_remark(encounter=encounter, part=part, position=position, words=words, by=by, at=at)
    comment = add_comment(
        thread=ensure_thread(batch=encounter.batch, at=at),
        by=by,
        body=f"{REMARK_HEAD.format(code=remark.code)}\n{remark.words}",
        at=at,
        encounter=encounter,
        why=ItemKind.REMARK,
    )
    Comment.objects.filter(pk=comment.pk).update(remark=remark)
    return remark


@transaction.atomic
def answer_remark(*, remark: Remark, by: User, at: datetime, reopened: bool) -> None:
    """What was found is said in the thread; managers are offered to make a ruling of what was upheld."""
    said = Comment.objects.select_related("thread").filter(remark=remark).first()
    if said is None:
        return
    end_items(InboxItem.objects.filter(comment=said, kind=ItemKind.REMARK), at=at)
    if remark.state is RemarkStatus.WITHDRAWN:
        add_comment(thread=said.thread, by=by, body=REMARK_WITHDRAWN, at=at, reply_to=said)
        return
    upheld = remark.state is RemarkStatus.UPHELD
    parts = [REMARK_UPHELD if upheld else REMARK_DECLINED, remark.outcome, *([RESULT_FOLLOWS] if reopened else [])]
    answer = add_comment(thread=said.thread, by=by, body="\n".join(parts), at=at, reply_to=said)
    if upheld:
        post_to_managers(comment=answer, kind=ItemKind.RULING, but=by)
