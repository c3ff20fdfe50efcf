"""Addresses of the portal: batches and charts, people and practices."""

from portal.urls import batches, people

app_name = "portal"
urlpatterns = [*batches.urlpatterns, *people.urlpatterns]
