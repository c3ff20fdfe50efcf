"""Addresses of the channels by which results leave for a practice's own systems."""

from django.urls import path

from portal.views import channels

urlpatterns = [
    path("practices/<int:pk>/channels/", channels.channels, name="channels"),
    path("practices/<int:pk>/channels/add/<slug:kind>/", channels.channel_add, name="channel_add"),
    path("channels/<int:pk>/", channels.channel, name="channel"),
    path("channels/<int:pk>/change/", channels.channel_change, name="channel_change"),
    path("channels/<int:pk>/do/", channels.channel_do, name="channel_do"),
    path("dispatches/<int:pk>/", channels.dispatch, name="dispatch"),
    path("dispatches/<int:pk>/do/", channels.dispatch_do, name="dispatch_do"),
]
