"""Addresses of quality: discrepancies on their way, people's figures, rulings, double coding."""

from django.urls import path

from coding.views import double_coding, quality, quality_terms, remarks, rulings, suggestion_figures

urlpatterns = [
    path("remarks/", remarks.remarks, name="remarks"),
    path("remarks/<int:pk>/", remarks.remark, name="remark"),
    path("remarks/<int:pk>/step/", remarks.step, name="remark-step"),
    path("remarks/<int:pk>/pages/<int:number>/", remarks.page_image, name="remark-page"),
    path("quality/", quality.quality, name="quality"),
    path("quality/disputes/<int:pk>/", quality.dispute, name="dispute"),
    path("quality/disputes/<int:pk>/step/", quality.dispute_step, name="dispute-step"),
    path("quality/people/<int:pk>/", quality.person_quality, name="person-quality"),
    path("quality/practices/<int:pk>/", quality_terms.quality_terms, name="quality-terms"),
    path("quality/practices/<int:pk>/set/", quality_terms.set_terms, name="set-quality-terms"),
    path("quality/double-coding/", double_coding.double_coding, name="double-coding"),
    path("quality/suggestions/", suggestion_figures.suggestion_figures, name="suggestion-figures"),
    path("rulings/", rulings.rulings, name="rulings"),
    path("rulings/issue/", rulings.issue, name="issue-ruling"),
    path("rulings/<int:pk>/", rulings.ruling, name="ruling"),
    path("rulings/<int:pk>/withdraw/", rulings.withdraw, name="withdraw-ruling"),
]
