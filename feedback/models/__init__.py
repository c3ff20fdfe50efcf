"""The talk: threads, comments, attachments; what of it waits for whom; complaints and ratings."""

from feedback.models.complaints import Complaint, Rating, SavedAnswer
from feedback.models.inbox import InboxItem
from feedback.models.thread import Attachment, Comment, CommentVersion, Mention, ReadMark, Thread

__all__ = [
    "Attachment",
    "Comment",
    "CommentVersion",
    "Complaint",
    "InboxItem",
    "Mention",
    "Rating",
    "ReadMark",
    "SavedAnswer",
    "Thread",
]
