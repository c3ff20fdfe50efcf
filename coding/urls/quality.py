"""Addresses of quality: discrepancies on their way, people's figures, rulings, double coding."""

from django.urls import path

from coding.views import (
    audit_draws,
    double_coding,
    drift,
    education,
    firewall,
    plans,
    quality,
    quality_terms,
    rulings,
    scorecards,
    suggestion_figures,
)

urlpatterns = [
    path("quality/", quality.quality, name="quality"),
    path("quality/disputes/<int:pk>/", quality.dispute, name="dispute"),
    path("quality/disputes/<int:pk>/step/", quality.dispute_step, name="dispute-step"),
    path("quality/people/<int:pk>/", quality.person_quality, name="person-quality"),
    path("quality/people/<int:pk>/education/", education.education, name="education"),
    path("quality/people/<int:pk>/lessons/", education.lesson, name="give-lesson"),
    path("quality/drift/", drift.drift_alarms, name="drift-alarms"),
    path("quality/drift/<int:pk>/acknowledge/", drift.acknowledge, name="acknowledge-alarm"),
    path("quality/verifiers/<int:pk>/", scorecards.verifier_quality, name="verifier-quality"),
    path("quality/practices/<int:pk>/", quality_terms.quality_terms, name="quality-terms"),
    path("quality/practices/<int:pk>/set/", quality_terms.set_terms, name="set-quality-terms"),
    path("quality/plans/", plans.plans, name="plans"),
    path("quality/plans/<int:pk>/", plans.plan, name="plan"),
    path("quality/plans/<int:pk>/set/", plans.set_plan_view, name="set-plan"),
    path("quality/plans/<int:pk>/place/", plans.place, name="place-coder"),
    path("quality/plans/<int:pk>/audits/", plans.start_audit, name="start-audit"),
    path("quality/audits/<int:pk>/end/", plans.end_audit_view, name="end-audit"),
    path("quality/plans/<int:pk>/draws/", audit_draws.draws, name="audit-draws"),
    path("quality/plans/<int:pk>/draws/make/", audit_draws.make_draw, name="make-audit-draw"),
    path("quality/draws/<int:pk>/", audit_draws.draw, name="audit-draw"),
    path("quality/draws/<int:pk>/<slug:kind>/", audit_draws.draw_file, name="audit-draw-file"),
    path("quality/firewall/", firewall.firewall, name="firewall"),
    path("quality/double-coding/", double_coding.double_coding, name="double-coding"),
    path("quality/suggestions/", suggestion_figures.suggestion_figures, name="suggestion-figures"),
    path("rulings/", rulings.rulings, name="rulings"),
    path("rulings/issue/", rulings.issue, name="issue-ruling"),
    path("rulings/<int:pk>/", rulings.ruling, name="ruling"),
    path("rulings/<int:pk>/withdraw/", rulings.withdraw, name="withdraw-ruling"),
]
