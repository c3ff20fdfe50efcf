"""Addresses of the money: so far the encounters that are ready to bill."""

from django.urls import path

from claims.views import ready

app_name = "claims"
urlpatterns = [path("", ready.ready, name="ready")]
