"""Addresses of quality: discrepancies on their way, people's figures, rulings."""

from django.urls import path

from coding.views import quality, rulings

urlpatterns = [
    path("quality/", quality.quality, name="quality"),
    path("quality/disputes/<int:pk>/", quality.dispute, name="dispute"),
    path("quality/disputes/<int:pk>/step/", quality.dispute_step, name="dispute-step"),
    path("quality/people/<int:pk>/", quality.person_quality, name="person-quality"),
    path("rulings/", rulings.rulings, name="rulings"),
    path("rulings/issue/", rulings.issue, name="issue-ruling"),
    path("rulings/<int:pk>/", rulings.ruling, name="ruling"),
    path("rulings/<int:pk>/withdraw/", rulings.withdraw, name="withdraw-ruling"),
]
