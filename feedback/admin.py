"""The operators' pages of the talk: that it took place, never what was said."""

from feedback.models import Attachment, Comment, CommentVersion, Mention, ReadMark, Thread
from portal.admin import ReadOnlyAdmin, operators

operators.register([Attachment, Comment, CommentVersion, Mention, ReadMark, Thread], ReadOnlyAdmin)
