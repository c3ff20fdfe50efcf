"""Addresses of the threads."""

from django.urls import path

from feedback.views import (
    comments,
    complaints,
    inbox,
    remarks,
    saved_answers,
    search,
    standing,
    stream,
    talk_export,
    threads,
    trends,
)

app_name = "feedback"
urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("inbox/", stream.stream, name="stream"),
    path("inbox/<int:pk>/", stream.move_item, name="move-item"),
    path("remarks/<int:pk>/", remarks.visit_remarks, name="visit-remarks"),
    path("remarks/<int:pk>/<str:part>/<int:position>/", remarks.raise_view, name="raise-remark"),
    path("remarks/<int:pk>/withdraw/", remarks.withdraw, name="withdraw-remark"),
    path("complaints/", complaints.complaints, name="complaints"),
    path("complaints/<int:pk>/", complaints.complaint, name="complaint"),
    path("complaints/<int:pk>/step/", complaints.step, name="complaint-step"),
    path("batch/<int:pk>/rate/", complaints.rate, name="rate"),
    path("saved/", saved_answers.saved_answers, name="saved-answers"),
    path("saved/<int:pk>/retire/", saved_answers.retire, name="retire-answer"),
    path("search/", search.search, name="search"),
    path("trends/", trends.trends, name="trends"),
    path("export/", talk_export.export_all, name="export-all"),
    path("<int:pk>/export/", talk_export.export_thread, name="export-thread"),
    path("questions/", inbox.questions, name="questions"),
    path("standing/", standing.standing, name="standing"),
    path("batch/<int:pk>/", threads.batch_thread, name="batch-thread"),
    path("<int:pk>/", threads.thread, name="thread"),
    path("<int:pk>/messages/", threads.messages, name="messages"),
    path("<int:pk>/news/", threads.news, name="news"),
    path("<int:pk>/read/", threads.read, name="read"),
    path("<int:pk>/add/", comments.add, name="add"),
    path("comment/<int:pk>/answer/", comments.answer, name="answer"),
    path("comment/<int:pk>/edit/", comments.edit, name="edit"),
    path("comment/<int:pk>/delete/", comments.delete, name="delete"),
    path("comment/<int:pk>/history/", comments.history, name="history"),
    path("comment/<int:pk>/resolve/", comments.resolve, name="resolve"),
    path("attachment/<int:pk>/", comments.attachment, name="attachment"),
]
