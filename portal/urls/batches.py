"""Addresses of batches and charts, the landing page, and the two that machines ask."""

from django.urls import path

from portal.views import batches, charts, home, locks, manifests, resumable, uploads

urlpatterns = [
    path("", home.home, name="home"),
    path("healthz", home.healthz, name="healthz"),
    path("readyz", home.readyz, name="readyz"),
    path("upload/", uploads.upload, name="upload"),
    path("upload/separator-sheet/", uploads.separator_sheet, name="separator-sheet"),
    path("upload/batch/", uploads.upload_batch, name="upload-batch"),
    path("batches/", batches.batches, name="batches"),
    path("batches/<int:pk>/", batches.batch, name="batch"),
    path("batches/<int:pk>/charts/", batches.batch_charts, name="batch-charts"),
    path("batches/<int:pk>/receipt/", batches.batch_receipt, name="batch-receipt"),
    path("batches/<int:pk>/files/", uploads.batch_file, name="batch-file"),
    path("batches/<int:pk>/manifest/", manifests.batch_manifest, name="batch-manifest"),
    path("batches/<int:pk>/uploads/", resumable.batch_uploads, name="batch-uploads"),
    path("batches/<int:pk>/checks/", resumable.batch_checks, name="batch-checks"),
    path("uploads/<int:pk>/", resumable.upload_part, name="upload-part"),
    path("uploads/<int:pk>/complete/", resumable.upload_complete, name="upload-complete"),
    path("uploads/<int:pk>/abandon/", resumable.upload_abandon, name="upload-abandon"),
    path("batches/<int:pk>/send/", uploads.send_batch_view, name="send-batch"),
    path("charts/<int:pk>/", charts.chart, name="chart"),
    path("charts/<int:pk>/original/", charts.chart_original, name="chart-original"),
    path("charts/<int:pk>/try-again/", charts.try_again, name="try-again"),
    path("charts/<int:pk>/unlock/", locks.unlock, name="unlock-chart"),
    path("charts/<int:pk>/give-up/", locks.give_up, name="give-up-chart"),
    path("charts/<int:pk>/work-anyway/", locks.anyway, name="work-anyway"),
    path("charts/<int:pk>/pages/<int:number>/image/", charts.page_image, name="page-image"),
    path("p/<str:link>", charts.page_by_link, name="page-by-link"),
]
