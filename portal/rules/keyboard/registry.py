"""Every action that has a key: what it is called, where it holds, and its keys in the three layouts.

A control names its action (`data-action="code.reject"`), a hint asks for its key (`{% kbd "code.reject" %}`). UX.md
2.6–2.8 is the source of the keys. Adding an action is one line here; tests find two that get into each other's way.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from portal.rules.keyboard.strokes import is_character, with_alt
from portal.rules.roles import Permission


class Place(StrEnum):
    """Where an action holds. Two actions of one place have different keys."""

    EVERYWHERE = "everywhere"
    HOME = "home"
    LIST = "list"
    BATCH = "batch"
    THREAD = "thread"
    INBOX = "inbox"
    OPERATIONS = "operations"
    QUEUE = "queue"
    PRECODING = "precoding"
    CODING = "coding"
    VERIFICATION = "verification"
    READING = "reading"
    DISPUTE = "dispute"
    ARRANGING = "arranging"
    BROWSER = "browser"
    FORM = "form"
    CHOOSING = "choosing"


AT_BENCHES = frozenset({Permission.PRECODE, Permission.CODE, Permission.VERIFY})
# Who comes to a place that is not everybody's.
OPEN_TO = MappingProxyType(
    {
        **dict.fromkeys((Place.QUEUE, Place.PRECODING, Place.CODING, Place.VERIFICATION), AT_BENCHES),
        **dict.fromkeys((Place.ARRANGING, Place.CHOOSING), AT_BENCHES),
        Place.OPERATIONS: frozenset({Permission.MANAGE_WORK}),
    }
)


@dataclass(frozen=True)
class Action:
    """One thing that a key does. A key with "#" is nine keys, one for each number of a list on the page."""

    id: str
    label: str
    group: str
    places: frozenset[Place]
    keys: tuple[str, ...]
    left: tuple[str, ...]
    modified: tuple[str, ...]
    how: str = ""  # "repeats" while the key is held; "listed": its own part of the page knows its keys, which stay

    def is_for(self, permissions: frozenset[Permission]) -> bool:
        """Whether somebody with these permissions comes to a place of the action."""
        return any(place not in OPEN_TO or OPEN_TO[place] & permissions for place in self.places)

    @property
    def is_numbered(self) -> bool:
        return any("#" in key for key in self.keys)


def action(  # noqa: PLR0913  (a line of the table)
    id_: str, label: str, *places: Place, keys: str, left: str = "", modified: str = "", how: str = ""
) -> Action:
    """A line of the table: keys separated by blanks, the two of a sequence by an underscore."""
    two_hands = split(keys)
    return Action(
        id=id_,
        label=label,
        group=GROUPS[id_.split(".", maxsplit=1)[0]],
        places=frozenset(places),
        keys=two_hands,
        left=split(left) or two_hands,
        modified=split(modified) or tuple(with_alt(key) if is_character(key) else key for key in two_hands),
        how=how,
    )


def split(keys: str) -> tuple[str, ...]:
    return tuple(key.replace("_", " ") for key in keys.split())


GROUPS = {
    "site": "Everywhere", "undo": "Everywhere", "go": "Go to", "form": "Forms and dialogs", "list": "Lists",
    "batch": "Batches", "thread": "Threads", "inbox": "Inbox", "operations": "Operations", "queue": "Queue",
    "bench": "Bench",
    "chart": "Chart", "precode": "Pre-coding", "fact": "Pre-coding", "page": "Pre-coding", "code": "Codes",
    "evidence": "Evidence", "finding": "Findings",
    "verify": "Verification", "dispute": "Disputes", "arrange": "Arranging pages", "browser": "Code browser",
}  # fmt: skip

REPEATS, LISTED = "repeats", "listed"
EVERYWHERE, HOME, LIST, BATCH, THREAD = Place.EVERYWHERE, Place.HOME, Place.LIST, Place.BATCH, Place.THREAD
INBOX = Place.INBOX
CODES = (Place.CODING, Place.VERIFICATION)
BENCHES = (Place.PRECODING, *CODES)
CHARTS = (*BENCHES, Place.READING)

ALL = (
    # -- every page ------------------------------------------------------------------------------------
    action("site.palette", "Find a command, page or number", EVERYWHERE, keys="ctrl+k"),
    action("site.keys", "Show the keys of this page", EVERYWHERE, keys="?"),
    action("undo", "Undo", EVERYWHERE, keys="z", how=REPEATS),
    action("go.home", "Home", EVERYWHERE, keys="g_h", left="g_f"),
    action("go.queue", "Queue", EVERYWHERE, keys="g_q"),
    action("go.quality", "My quality", EVERYWHERE, keys="g_m", left="g_s"),
    action("go.batches", "Batches", EVERYWHERE, keys="g_b"),
    action("go.codes", "Codes", EVERYWHERE, keys="g_c"),
    action("go.threads", "Threads", EVERYWHERE, keys="g_t"),
    action("go.inbox", "Inbox", EVERYWHERE, keys="g_i", left="g_a"),
    action("go.operations", "Operations", EVERYWHERE, keys="g_o", left="g_e"),
    # -- forms, lists, talk ----------------------------------------------------------------------------
    action("form.leave", "Out of the field: letters are keys; again: back", EVERYWHERE, keys="escape", how=LISTED),
    action("form.send", "Send the form", Place.FORM, THREAD, BATCH, keys="ctrl+enter"),
    action("form.choose", "Choose the answer of this number", Place.CHOOSING, keys="#", modified="alt+#"),
    action("form.tenth", "Choose the tenth", Place.CHOOSING, keys="0", modified="alt+0"),
    action("list.next", "Next row", LIST, THREAD, INBOX, BATCH, Place.BROWSER, keys="j", left="s", how=REPEATS),
    action("list.previous", "Row before", LIST, THREAD, INBOX, BATCH, Place.BROWSER, keys="k", left="w", how=REPEATS),
    action("list.select", "Select the row", LIST, BATCH, keys="x"),
    action("list.peek", "Look at the row without opening it", LIST, keys="space"),
    action("list.filter", "Filter the list", LIST, keys="f", modified="alt+shift+f"),
    action("list.views", "Views of the list", LIST, keys="shift+v"),
    action("list.find", "Find in the list", LIST, Place.BROWSER, keys="/", left="/ c"),
    action("list.add", "Add one", LIST, keys="n", left="a"),
    action("list.invite", "Invite a person", LIST, keys="i", left="v"),
    action("batch.upload", "Upload charts", HOME, LIST, keys="u", left="t"),
    action("batch.results", "Results", BATCH, keys="d", modified="alt+r"),
    action("thread.question", "Next question to you", HOME, keys="q"),
    action("thread.write", "Write a message", THREAD, BATCH, keys="c"),
    action("inbox.done", "Done, or back to open", INBOX, keys="e", modified="alt+n"),
    action("inbox.reply", "Reply", INBOX, keys="r"),
    action("inbox.snooze", "Put off to tomorrow", INBOX, keys="h", left="t"),
    action("inbox.unread", "Unread or read", INBOX, keys="u", left="v"),
    action("operations.tile", "Open the figure of this number", Place.OPERATIONS, keys="#", modified="alt+#"),
    action("operations.encounters", "Encounters", Place.OPERATIONS, keys="e", modified="alt+n"),
    action("operations.range", "Another range of days", Place.OPERATIONS, keys="t"),
    action("operations.line", "The line", Place.OPERATIONS, keys="l", left="w"),
    # -- the queue -------------------------------------------------------------------------------------
    action("queue.next", "Start the next chart", Place.QUEUE, keys="enter n", left="enter f"),
    action("queue.open", "Open the chart of this number", Place.QUEUE, keys="#", modified="alt+#"),
    action("queue.resume", "Resume the chart of this number", Place.QUEUE, keys="alt+#", modified="alt+y_#"),
    action("queue.break", "Take a break", Place.QUEUE, keys="b"),
    # -- what the benches share ------------------------------------------------------------------------
    action("bench.skip", "Skip this chart", *BENCHES, keys="s", left="alt+z"),
    action("bench.more", "On hold, not billable and other ways", *BENCHES, keys="shift+m", left="alt+shift+v"),
    action("bench.recent", "Charts you finished last", *BENCHES, keys="u f4", left="f4"),
    action("bench.back", "Back to what was not submitted", EVERYWHERE, keys="g_r"),
    action("bench.question", "Question to the practice", *BENCHES, keys="q"),
    action("chart.next", "Next page", *CHARTS, keys="]", left="] shift+d", how=REPEATS),
    action("chart.previous", "Page before", *CHARTS, keys="[", left="[ shift+a", how=REPEATS),
    action("chart.next_document", "Next document", *CHARTS, keys="}", left="} shift+c"),
    action("chart.previous_document", "Document before", *CHARTS, keys="{", left="{ shift+z"),
    action("chart.find", "Find in the chart", *CHARTS, keys="f", left="shift+f", modified="alt+shift+f"),
    action("chart.outline", "Sections of the chart", *CHARTS, keys="o", left="shift+t"),
    action("chart.pages", "Pages of the chart, small", *CHARTS, keys="shift+o", left="shift+w"),
    action("chart.text", "Words of the pages instead of their images", *CHARTS, keys="shift+t", left="shift+g"),
    action("chart.highlights", "Highlights on or off", *CHARTS, keys="h", left="shift+q"),
    action("chart.larger", "Larger", *CHARTS, keys="= +"),
    action("chart.smaller", "Smaller", *CHARTS, keys="-"),
    action("chart.actual", "Zoom 100 %", *CHARTS, keys="0"),
    action("chart.fit", "Fit to the width", *CHARTS, keys="shift+w", left="shift+v"),
    action("chart.turn", "Turn the page to the right", *CHARTS, keys="shift+r"),
    action("chart.paper", "Background of the pages", *CHARTS, keys="shift+b"),
    action("precode.finish", "Finish and next", Place.PRECODING, keys="ctrl+enter", left="ctrl+enter alt+g"),
    action("fact.confirm", "Confirm the field, go to the next", Place.PRECODING, keys="enter", how=LISTED),
    action("fact.choose", "Choose the value of this number", Place.PRECODING, keys="# alt+#", modified="alt+#"),
    action("page.begin", "New visit from this page", Place.PRECODING, keys="alt+n", left="alt+v"),
    action("page.before", "Page to the visit before", Place.PRECODING, keys="alt+[", left="alt+w", modified="alt+j"),
    action("page.after", "Page to the next visit", Place.PRECODING, keys="alt+]", left="alt+s", modified="alt+k"),
    action("page.out", "Page out of this visit", Place.PRECODING, keys="alt+x"),
    action("precode.arrange", "See and arrange all pages", Place.PRECODING, keys="alt+p", left="alt+a"),
    # -- codes -----------------------------------------------------------------------------------------
    action("code.submit", "Submit and next", Place.CODING, keys="ctrl+enter", left="ctrl+enter alt+g"),
    action("code.next", "Row below", *CODES, keys="j", left="s", how=REPEATS),
    action("code.previous", "Row above", *CODES, keys="k", left="w", how=REPEATS),
    action("code.accept", "Accept the suggestion, go to the next", Place.CODING, keys="a", left="f"),
    action("code.reject", "Reject the suggestion, remove the row", *CODES, keys="x", left="d"),
    action("code.reason", "Say why it was rejected", Place.CODING, keys="#", modified="alt+y_#"),
    action("code.replace", "Replace the code", *CODES, keys="r"),
    action("code.add", "Add a code", *CODES, keys="/ c"),
    action("code.favourite", "Make the code found a favourite", *CODES, keys="f2"),
    action("code.first", "Make it first-listed", *CODES, keys="p", left="shift+s"),
    action("code.up", "Move up in the sequence", *CODES, keys="alt+arrowup", left="alt+arrowup alt+w", how=REPEATS),
    action("code.down", "Move down", *CODES, keys="alt+arrowdown", left="alt+arrowdown alt+s", how=REPEATS),
    action("code.modifiers", "Modifiers and units", *CODES, keys="m", left="x"),
    action("code.pointers", "Diagnosis pointers", *CODES, keys="d", left="shift+x", modified="alt+shift+d"),
    action("code.look_up", "Look up the code in hand", *CODES, keys="i", left="alt+r"),
    action("code.reference", "Reference of the code in hand, shown or not", *CODES, keys="shift+i", left="alt+b"),
    action("code.worksheet", "E/M worksheet", *CODES, keys="w", left="alt+x"),
    action("code.note", "Note", *CODES, keys="n", left="alt+t"),
    action("evidence.link", "Link the selection to what is in hand", *BENCHES, keys="l", left="a"),
    action("evidence.next", "Next evidence of what is in hand", *BENCHES, keys="e", modified="alt+.", how=REPEATS),
    action("evidence.previous", "Evidence before", *BENCHES, keys="shift+e", modified="alt+,", how=REPEATS),
    action("evidence.mark", "Mark words or a box by keyboard", *BENCHES, keys="shift+l", left="alt+q"),
    action("evidence.unlink", "Unlink the passage that is shown", *CODES, keys="shift+x", left="alt+c"),
    action("finding.fix", "Mend the finding of this number", *CODES, keys="alt+#"),
    # -- verification ----------------------------------------------------------------------------------
    action("verify.return", "Return the verdict", Place.VERIFICATION, keys="ctrl+enter", left="ctrl+enter alt+g"),
    action(
        "verify.to_coder", "Return it to the coder, with the comment", Place.VERIFICATION, keys="ctrl+shift+enter",
        left="ctrl+shift+enter alt+shift+g",
    ),
    action("verify.viewed", "Viewed, go to the next unviewed", Place.VERIFICATION, keys="v"),
    action("verify.agree", "Agree with the coder", Place.VERIFICATION, keys="a", left="f"),
    action("verify.reason", "Reason for the difference", Place.VERIFICATION, keys="#", modified="alt+y_#"),
    action("verify.severity", "Severity of the difference", Place.VERIFICATION, keys="!", modified="alt+shift+s"),
    action("verify.comment", "Comment on the row", Place.VERIFICATION, keys="t"),
    action("verify.reveal", "Show the coder's codes", Place.VERIFICATION, keys="b"),
    # -- disputes --------------------------------------------------------------------------------------
    action("dispute.agree", "Agree", Place.DISPUTE, keys="a", left="f"),
    action("dispute.rebut", "Rebut", Place.DISPUTE, keys="r"),
    action("dispute.uphold", "Uphold", Place.DISPUTE, keys="u", left="a"),
    action("dispute.withdraw", "Withdraw", Place.DISPUTE, keys="w"),
    action("dispute.escalate", "Ask a manager", Place.DISPUTE, keys="m", left="t"),
    action("dispute.why", "Say why", Place.DISPUTE, keys="c"),
    action("dispute.rule", "Make it a ruling", Place.DISPUTE, keys="i", left="d"),
    action("dispute.next", "Next discrepancy", Place.DISPUTE, keys="n", left="s"),
    # -- arranging pages -------------------------------------------------------------------------------
    action("arrange.save", "Save", Place.ARRANGING, keys="enter"),
    action("arrange.cut", "Cut here", Place.ARRANGING, keys="s", left="c"),
    action("arrange.join", "Join with the visit above", Place.ARRANGING, keys="m", left="t"),
    action("arrange.earlier", "Move the page earlier", Place.ARRANGING, keys="[ shift+arrowleft", how=REPEATS),
    action("arrange.later", "Move the page later", Place.ARRANGING, keys="] shift+arrowright", how=REPEATS),
    action("arrange.turn", "Turn the page to the right", Place.ARRANGING, keys="r", how=REPEATS),
    action("arrange.move", "Move to another visit", Place.ARRANGING, keys="v"),
    action("arrange.visit", "Move to the visit of this number", Place.ARRANGING, keys="#", modified="alt+#"),
    action("arrange.leave_out", "Leave out, or take back in", Place.ARRANGING, keys="x"),
    action("arrange.mark", "Mark the page, or unmark it", Place.ARRANGING, keys="space", how=LISTED),
    action("arrange.walk", "Go from page to page", Place.ARRANGING, keys="arrowleft arrowright", how=LISTED),
    action("arrange.accept", "Cut here as proposed", Place.ARRANGING, keys="a", left="f"),
    action("arrange.reject", "Do not cut here", Place.ARRANGING, keys="n", left="d"),
    action("arrange.proposal", "Next proposed cut", Place.ARRANGING, keys="p", left="e"),
    action("arrange.accept_all", "Accept all proposed cuts", Place.ARRANGING, keys="shift+a", left="shift+f"),
    action("arrange.reject_all", "Reject all proposed cuts", Place.ARRANGING, keys="shift+n", left="shift+d"),
    action("arrange.leave_out_all", "Leave out what is proposed", Place.ARRANGING, keys="shift+x"),
    # -- the code browser ------------------------------------------------------------------------------
    action("browser.up", "Up in the list", Place.BROWSER, keys="u", left="a"),
)  # fmt: skip
ACTIONS = MappingProxyType({one.id: one for one in ALL})
