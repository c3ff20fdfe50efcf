"""The operators' pages of the work: code lists and states, nothing to change."""

from django.contrib import admin

from coding.models import (
    Assignment,
    Code,
    Coding,
    Diagnosis,
    Discrepancy,
    Draft,
    Encounter,
    EncounterEvent,
    PreCoding,
    ProcedureLine,
    SearchExpression,
    Verification,
)
from portal.admin import ReadOnlyAdmin, operators

operators.register(
    [
        Assignment,
        Coding,
        Diagnosis,
        Discrepancy,
        Draft,
        Encounter,
        EncounterEvent,
        PreCoding,
        ProcedureLine,
        SearchExpression,
        Verification,
    ],
    ReadOnlyAdmin,
)


@admin.register(Code, site=operators)
class CodeAdmin(ReadOnlyAdmin):
    """The code lists can be searched by code."""

    search_fields = ("code__startswith",)
    list_filter = ("system",)
