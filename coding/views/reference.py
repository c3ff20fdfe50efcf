"""What is known of the code in hand, as a part of a bench: by the date of service, with the source of each line."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from coding.forms.bad_body import BadBody
from coding.forms.reference import asked_about
from coding.views.about_chart import about_chart
from coding.views.coding_bench import facts_of, working_on
from coding.views.reference_words import reference_context
from portal.access import SignedRequest, requires
from portal.rules.roles import Permission


@requires(Permission.CODE, Permission.VERIFY)
@require_POST
@about_chart
def reference(request: SignedRequest, pk: int) -> HttpResponse:
    """About the posted `code`, a `kind` diagnosis or procedure, beside the codes of the `body`, saved or not."""
    encounter = working_on(request, pk)
    known = facts_of(encounter)
    try:
        asked = asked_about(request.POST, known)
    except BadBody as error:
        return render(request, "coding/code_problem.html", {"problem": str(error)}, status=422)
    return render(request, "coding/code_reference.html", reference_context(encounter, known, asked))
