"""The talk: threads, comments, attachments."""

from feedback.models.thread import Attachment, Comment, CommentVersion, Mention, ReadMark, Thread

__all__ = ["Attachment", "Comment", "CommentVersion", "Mention", "ReadMark", "Thread"]
