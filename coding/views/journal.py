"""What the browser needs to keep unsent work: the key of the person who is signed in."""

from __future__ import annotations

from dataclasses import asdict

from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.http import require_GET

from coding.views.bench import AT_BENCHES
from portal.access import SignedRequest, requires
from portal.journal_keys import journal_keys


@requires(*AT_BENCHES)
@require_GET
def journal_key(request: SignedRequest) -> JsonResponse:
    """The keys of the person's journal, and the token for sending it: a page may be older than the sign-in."""
    return JsonResponse({"keys": [asdict(key) for key in journal_keys(request.user)], "csrf": get_token(request)})
