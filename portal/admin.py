"""The operators' pages: everything to look at, nothing to change that has a life of its own."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.apps import apps
from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse

from portal.access import refuse
from portal.models import User

SECRETS = {"password", "token_hash", "link", "answer", "email"}


class ReadOnlyAdmin(admin.ModelAdmin):
    """A table to look at. Patients' fields and secrets are left out; changes are made on the site itself."""

    actions = None
    list_per_page = 50
    show_full_result_count = False

    def fields_shown(self) -> list[str]:
        hidden = {
            *getattr(self.model, "patient_fields", ()),
            *(SECRETS if self.model is not User else SECRETS - {"email"}),
        }
        return [field.name for field in self.model._meta.concrete_fields if field.name not in hidden]

    def get_fields(self, request: HttpRequest, obj: models.Model | None = None) -> list[Any]:  # noqa: ARG002
        return self.fields_shown()

    def get_list_display(self, request: HttpRequest) -> list[Any]:  # noqa: ARG002
        return ["__str__", *(name for name in self.fields_shown() if name not in {"id", "detail", "words"})][:7]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        patients = getattr(self.model, "patient_fields", ())
        return super().get_queryset(request).defer(*patients)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_staff

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:  # noqa: ARG002
        return request.user.is_active and request.user.is_staff

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:  # noqa: ARG002
        return False


class OperatorSite(admin.AdminSite):
    """A site of its own: what other packages register for Django's (keys of sessions, second factors) is not on it."""

    site_header = site_title = "Chartline operators"
    index_title = "Tables"

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """By the site's own sign-in, with its second step; for everybody else these pages do not exist."""
        if request.user.is_authenticated and not request.user.is_staff:
            refuse(request)
        answer: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return answer


operators = OperatorSite()


def show_tables(app: str) -> None:
    """Put every table of an app on the operators' pages, but those that have a page of their own already."""
    tables = apps.get_app_config(app).get_models()
    operators.register([table for table in tables if not operators.is_registered(table)], ReadOnlyAdmin)


show_tables("portal")
