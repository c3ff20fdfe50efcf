"""What the shell of every page shows: navigation by role, unread count, appearance."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from feedback.models import InboxItem
from portal.journal_keys import journal_keys
from portal.rules.keyboard import Keyboard
from portal.rules.roles import Permission

# Label, address name, the permissions of which one shows the entry.
NAVIGATION: tuple[tuple[str, str, frozenset[Permission]], ...] = (
    ("Batches", "portal:batches", frozenset({Permission.SEE_BATCHES})),
    ("Upload", "portal:upload", frozenset({Permission.SEND_CHARTS})),
    ("Queue", "coding:queue", frozenset({Permission.PRECODE, Permission.CODE, Permission.VERIFY})),
    (
        "Codes",
        "coding:browser",
        frozenset(
            {Permission.PRECODE, Permission.CODE, Permission.VERIFY, Permission.MANAGE_WORK, Permission.SEE_CLAIMS}
        ),
    ),
    ("Operations", "coding:operations", frozenset({Permission.MANAGE_WORK})),
    ("Quality", "coding:quality", frozenset({Permission.MANAGE_WORK, Permission.CODE, Permission.VERIFY})),
    ("Remarks", "coding:remarks", frozenset({Permission.MANAGE_WORK, Permission.VERIFY})),
    ("Levels", "coding:levels", frozenset({Permission.MANAGE_WORK, Permission.CODE})),
    ("Claims", "claims:ready", frozenset({Permission.SEE_CLAIMS})),
    ("Reports", "coding:reports", frozenset({Permission.MANAGE_WORK, Permission.DOWNLOAD_RESULTS})),
    ("Queries", "coding:queries", frozenset({Permission.DISCUSS})),
    ("Inbox", "feedback:stream", frozenset({Permission.DISCUSS})),
    ("Threads", "feedback:inbox", frozenset({Permission.DISCUSS})),
    ("Practices", "portal:practices", frozenset({Permission.MANAGE_PRACTICES})),
    ("People", "portal:people", frozenset({Permission.MANAGE_PEOPLE})),
    ("Code lists", "coding:code-lists", frozenset({Permission.MANAGE_CODE_LISTS})),
    ("Audit trail", "portal:audit", frozenset({Permission.READ_AUDIT})),
    ("API keys", "portal:tokens", frozenset({Permission.MANAGE_TOKENS})),
)
# What the keys "g q" and the like are called in the registry, by the address they go to.
GO_TO: Mapping[str, str] = {
    "coding:queue": "go.queue",
    "coding:quality": "go.quality",
    "portal:batches": "go.batches",
    "coding:browser": "go.codes",
    "feedback:inbox": "go.threads",
    "feedback:stream": "go.inbox",
    "coding:operations": "go.operations",
}
# Who works at a bench: what they could not send is brought back on each of their pages.
WORKS = frozenset({Permission.PRECODE, Permission.CODE, Permission.VERIFY})
DOORS = ("doors", "sftp_", "fhir_", "channel", "dispatch")  # how the names of their addresses begin


def shell(request: HttpRequest) -> dict[str, Any]:
    """The variables that templates/base.html documents."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        theme = request.COOKIES.get("theme", "system")
        return {
            "nav": [],
            "unread_count": 0,
            "theme": theme if theme in {"light", "dark"} else "system",
            "density": "comfortable",
            "keyboard": Keyboard(),
            "journal": "",
            "events_url": "",
        }
    entries = [
        (label, reverse(name), GO_TO.get(name, "")) for label, name, any_of in NAVIGATION if any_of & user.permissions
    ]
    # The queue's address begins those of the codes and levels too: the longest that fits is where we are.
    current = max((url for _label, url, _action in entries if request.path.startswith(url)), key=len, default="")
    if not current and str(getattr(request.resolver_match, "url_name", "")).startswith(DOORS):
        doors_of = {reverse("portal:practices"), reverse("portal:tokens")}  # the entry that leads there
        current = next((url for _label, url, _action in entries if url in doors_of), "")
    return {
        "nav": [
            {"label": label, "url": url, "current": url == current, "action": action} for label, url, action in entries
        ],
        "unread_count": InboxItem.objects.visible_to(user).unseen_count(at=timezone.now())
        if user.may(Permission.DISCUSS)
        else 0,
        "theme": user.theme,
        "density": user.density,
        "keyboard": user.keyboard,
        "journal": journal_keys(user)[0].name if user.permissions & WORKS else "",
        "events_url": settings.EVENTS_URL,
    }
