"""Addresses of the portal: batches and charts, people, practices and their doors."""

from portal.urls import batches, channels, doors, people

app_name = "portal"
urlpatterns = [*batches.urlpatterns, *people.urlpatterns, *doors.urlpatterns, *channels.urlpatterns]
