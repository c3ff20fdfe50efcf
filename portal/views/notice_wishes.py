"""The settings page of one's own e-mails."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from portal.access import SignedRequest, signed_in
from portal.actions.notice_wishes import change_wishes, wishes_of
from portal.forms.notice_wishes import NoticeWishesForm
from portal.rules.mail_times import How, topics_for


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def notifications(request: SignedRequest) -> HttpResponse:
    """What comes by e-mail, when, and what does not."""
    topics, wishes = topics_for(request.user.roles), wishes_of(request.user)
    form = NoticeWishesForm(request.POST or None, topics=topics, wishes=wishes)
    if request.method == "POST" and form.is_valid():
        change_wishes(
            how={**wishes.how, **form.how},
            digest_hour=form.cleaned_data["digest_hour"],
            quiet_from=form.cleaned_data["quiet_from"],
            quiet_until=form.cleaned_data["quiet_until"],
            by=request.user,
            at=timezone.now(),
        )
        messages.success(request, "Saved.")
        return redirect("portal:notifications")
    return render(
        request,
        "portal/notifications.html",
        {"form": form, "rows": form.rows(), "ways": [way.label for way in How], "zone": request.user.time_zone},
        status=422 if form.errors else 200,
    )
