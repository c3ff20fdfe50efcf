"""Addresses of the threads."""

from django.urls import path

from feedback.views import comments, inbox, standing, threads

app_name = "feedback"
urlpatterns = [
    path("", inbox.inbox, name="inbox"),
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
