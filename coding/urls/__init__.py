"""Addresses of the work: the benches, and running them."""

from coding.urls import bench, operations

app_name = "coding"
urlpatterns = [*bench.urlpatterns, *operations.urlpatterns]
