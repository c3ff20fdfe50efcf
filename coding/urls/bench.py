"""Addresses of the queue, the benches and the pages of encounters."""

from django.urls import path

from coding.views import (
    addenda,
    arranging,
    asking,
    bench,
    coding_bench,
    encounter,
    pages,
    precoding,
    queue,
    verification,
)

urlpatterns = [
    path("", queue.queue, name="queue"),
    path("next/", queue.next_view, name="next"),
    path("stage/", queue.choose_stage, name="choose-stage"),
    path("encounters/<int:pk>/", bench.work, name="work"),
    path("encounters/<int:pk>/read/", encounter.encounter, name="encounter"),
    path("encounters/<int:pk>/pages/<int:number>/", pages.page_image, name="page-image"),
    path("encounters/<int:pk>/words/<int:page>/", pages.page_words, name="page-words"),
    path("encounters/<int:pk>/added/<int:chart>/pages/<int:number>/", pages.added_page_image, name="added-page-image"),
    path("p/<str:link>", pages.page_by_link, name="page-by-link"),
    path("encounters/<int:pk>/precode/", precoding.precode, name="precode"),
    path("encounters/<int:pk>/split/", precoding.split, name="split"),
    path("encounters/<int:pk>/attach/", addenda.attach, name="attach"),
    path("encounters/<int:pk>/added/<int:chart>/", addenda.added, name="added"),
    path("encounters/<int:pk>/arrange/", arranging.arrange, name="arrange"),
    path("encounters/<int:pk>/arrange/pages/<int:number>/", arranging.arrange_image, name="arrange-image"),
    path("encounters/<int:pk>/code/", coding_bench.code, name="code"),
    path("encounters/<int:pk>/findings/", coding_bench.findings, name="findings"),
    path("encounters/<int:pk>/verify/", verification.verify, name="verify"),
    path("encounters/<int:pk>/compare/", verification.compare, name="compare"),
    path("encounters/<int:pk>/draft/", bench.save, name="draft"),
    path("encounters/<int:pk>/heartbeat/", bench.heartbeat, name="heartbeat"),
    path("encounters/<int:pk>/take-back/", bench.take_back_view, name="take-back"),
    path("encounters/<int:pk>/skip/", bench.skip_view, name="skip"),
    path("encounters/<int:pk>/hold/", bench.hold_view, name="hold"),
    path("encounters/<int:pk>/query/", asking.ask, name="ask"),
    path("encounters/<int:pk>/query/check/", asking.check_query, name="query-check"),
    path("encounters/<int:pk>/resume/", queue.resume_view, name="resume"),
    path("encounters/<int:pk>/not-billable/", bench.not_billable_view, name="not-billable"),
    path("encounters/<int:pk>/send-back/", bench.send_back_view, name="send-back"),
    path("encounters/<int:pk>/release/", bench.release_view, name="release"),
]
