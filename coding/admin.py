"""The operators' pages of the work: code lists and states, nothing to change."""

from django.contrib import admin

from coding.models import Code
from portal.admin import ReadOnlyAdmin, operators, show_tables


@admin.register(Code, site=operators)
class CodeAdmin(ReadOnlyAdmin):
    """The code lists can be searched by code."""

    search_fields = ("code__startswith",)
    list_filter = ("system",)


show_tables("coding")
