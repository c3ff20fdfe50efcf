"""What the work tells the apps above it, and its own delivery; sent inside the action's transaction."""

from django.dispatch import Signal

# encounter: coding.models.Encounter, at: datetime. Verified or not billable: nothing more to do for it.
encounter_finished = Signal()

# encounter: coding.models.Encounter, by: portal.models.User, at: datetime, reason: HoldReason, whose_move: WhoseMove,
# comment: str (patient data). Work stopped until somebody answers.
encounter_held = Signal()

# submission: coding.models.Submission, by: portal.models.User, at: datetime. Its version counts no more.
submission_taken_back = Signal()

# query: coding.models.Query, at: datetime. A query was sent to the practice; somebody asks for its answer once more;
# it has ended, by: User: answered (with reply: coding.models.SignedAddendum), withdrawn or closed (reply: None).
query_sent = Signal()
query_reminded = Signal()
query_ended = Signal()

# remark: coding.models.Remark, by: portal.models.User, at: datetime, reopened: bool (its visit went back into work).
# What a practice objected to was decided or withdrawn.
remark_ended = Signal()

# review: coding.models.DeliveryReview, by: portal.models.User, at: datetime. The practice reopens a result.
result_reopened = Signal()

# edition: coding.models.Edition, code_set: coding.rules.code_sets.CodeSet, at: datetime. An official list was loaded.
codes_loaded = Signal()
