"""Addresses of the API, version 1: each app's views below one prefix."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from coding.api import BatchView
from feedback.api import CommentsView
from portal.api.base import NothingHereView
from portal.api.batches import BatchesView, FilesView, ReceiptsView, ResultFileView, ResultsView, SendView
from portal.api.manifests import ManifestView
from portal.api.uploads import CompleteView, UploadsView, UploadView

app_name = "api"
urlpatterns = [
    path("batches", BatchesView.as_view(), name="batches"),
    path("batches/<int:pk>", BatchView.as_view(), name="batch"),
    path("batches/<int:pk>/files", FilesView.as_view(), name="files"),
    path("batches/<int:pk>/send", SendView.as_view(), name="send"),
    path("batches/<int:pk>/uploads", UploadsView.as_view(), name="uploads"),
    path("batches/<int:pk>/manifest", ManifestView.as_view(), name="manifest"),
    path("batches/<int:pk>/receipts", ReceiptsView.as_view(), name="receipts"),
    path("uploads/<int:pk>", UploadView.as_view(), name="upload"),
    path("uploads/<int:pk>/complete", CompleteView.as_view(), name="complete"),
    path("batches/<int:pk>/results", ResultsView.as_view(), name="results"),
    path("batches/<int:pk>/comments", CommentsView.as_view(), name="comments"),
    path("results/<int:pk>/file", ResultFileView.as_view(), name="result-file"),
    path("schema", SpectacularAPIView.as_view(), name="schema"),
    # The page and its script are two answers, so that the content security policy holds as it is.
    path(
        "docs",
        SpectacularSwaggerSplitView.as_view(url_name="api:schema", template_name="api/docs.html"),
        name="docs",
    ),
    path("<path:anything>", NothingHereView.as_view(), name="nothing-here"),
]
