"""Addresses of the conversation."""

from django.urls import path

from copilot.chat import views

urlpatterns = [
    path("", views.home, name="home"),
    path("conversations/", views.begin, name="begin"),
    path("conversations/<uuid:conversation_id>/", views.conversation, name="conversation"),
    path("conversations/<uuid:conversation_id>/messages/", views.post, name="post"),
    path("runs/<uuid:run_id>/cancel/", views.cancel, name="cancel"),
    path("runs/<uuid:run_id>/retry/", views.retry, name="retry"),
]
