"""The talk: threads, comments, attachments; and what of it waits for whom."""

from feedback.models.inbox import InboxItem
from feedback.models.thread import Attachment, Comment, CommentVersion, Mention, ReadMark, Thread

__all__ = ["Attachment", "Comment", "CommentVersion", "InboxItem", "Mention", "ReadMark", "Thread"]
