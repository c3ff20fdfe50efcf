"""Addresses of the work: the benches, running them, and how well it is done."""

from coding.urls import bench, operations, quality

app_name = "coding"
urlpatterns = [*bench.urlpatterns, *operations.urlpatterns, *quality.urlpatterns]
