"""Addresses of reports: the list, one report and its files, what is made every month."""

from django.urls import path

from coding.views import reports, schedules

urlpatterns = [
    path("reports/", reports.reports, name="reports"),
    path("reports/make/", reports.make, name="make-report"),
    path("reports/<int:pk>/", reports.report, name="report"),
    path("reports/<int:pk>/share/", reports.share, name="share-report"),
    path("reports/<int:pk>/file.<slug:ending>", reports.file, name="report-file"),
    path("report-schedules/", schedules.schedules, name="report-schedules"),
    path("report-schedules/new/", schedules.add, name="schedule-report"),
    path("report-schedules/<int:pk>/end/", schedules.end, name="end-report-schedule"),
]
