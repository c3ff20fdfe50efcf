"""Which of allauth's pages are open: signing in and out, passwords, the second step, sessions.

Each page is named here, so that a new version of the library opens nothing by itself. People get
their address from an invitation: nobody signs up, adds an address or changes one.
"""

from allauth.account import views
from django.http import Http404
from django.urls import include, path, re_path
from django.views.defaults import page_not_found

# Addresses that the library still names in a redirect or a mail.
CLOSED = (("signup/", "account_signup"), ("password/set/", "account_set_password"))

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    path("password/reset/key/done/", views.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
    *(path(route, page_not_found, {"exception": Http404()}, name=name) for route, name in CLOSED),
]
