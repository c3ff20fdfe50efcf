"""Addresses of the work: the benches, running them, how well it is done, reports."""

from coding.urls import bench, operations, quality, reports

app_name = "coding"
urlpatterns = [*bench.urlpatterns, *operations.urlpatterns, *quality.urlpatterns, *reports.urlpatterns]
