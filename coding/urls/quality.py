"""Addresses of quality: discrepancies on their way, and people's figures."""

from django.urls import path

from coding.views import quality

urlpatterns = [
    path("quality/", quality.quality, name="quality"),
    path("quality/disputes/<int:pk>/", quality.dispute, name="dispute"),
    path("quality/disputes/<int:pk>/step/", quality.dispute_step, name="dispute-step"),
    path("quality/people/<int:pk>/", quality.person_quality, name="person-quality"),
]
