"""Addresses of the whole site; each app owns the ones below its prefix."""

from django.urls import include, path

from portal.admin import operators

handler500 = "config.errors.server_error"
urlpatterns = [
    path("", include("portal.urls")),
    path("work/", include("coding.urls")),
    path("claims/", include("claims.urls")),
    path("threads/", include("feedback.urls")),
    path("api/v1/", include("config.api_urls")),
    path("account/", include("config.account_urls")),
    path("operator/", operators.urls),
]
