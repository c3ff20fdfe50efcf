"""Addresses of a practice's doors: SFTP accounts and its FHIR server."""

from django.urls import path

from portal.views import doors

urlpatterns = [
    path("practices/<int:pk>/doors/", doors.doors, name="doors"),
    path("practices/<int:pk>/doors/sftp/", doors.sftp_account_add, name="sftp_account_add"),
    path("practices/<int:pk>/doors/sftp-passwords/", doors.sftp_passwords, name="sftp_passwords"),
    path("practices/<int:pk>/doors/fhir/", doors.fhir_endpoint, name="fhir_endpoint"),
    path("practices/<int:pk>/doors/fhir/do/", doors.fhir_do, name="fhir_do"),
    path("sftp-accounts/<int:pk>/", doors.sftp_account, name="sftp_account"),
    path("sftp-accounts/<int:pk>/end/", doors.sftp_account_end, name="sftp_account_end"),
    path("sftp-accounts/<int:pk>/password/", doors.sftp_password, name="sftp_password"),
    path("sftp-keys/<int:pk>/revoke/", doors.sftp_key_revoke, name="sftp_key_revoke"),
    path("fhir-keys/<slug:key_id>/", doors.fhir_keys, name="fhir_keys"),
]
