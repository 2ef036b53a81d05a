"""Addresses of the conversation."""

from django.urls import path

from copilot.chat import solution_pages, views, whatif_views

urlpatterns = [
    path("", views.home, name="home"),
    path("conversations/", views.begin, name="begin"),
    path("conversations/<uuid:conversation_id>/", views.conversation, name="conversation"),
    path("conversations/<uuid:conversation_id>/messages/", views.post, name="post"),
    path("runs/<uuid:run_id>/cancel/", views.cancel, name="cancel"),
    path("runs/<uuid:run_id>/retry/", views.retry, name="retry"),
    path("runs/<uuid:run_id>/solve/", views.solve_again, name="solve-again"),
    path("runs/<uuid:run_id>/solution/", solution_pages.solution, name="solution"),
    path("runs/<uuid:run_id>/solution.csv", solution_pages.download, {"form": "csv"}, name="solution-csv"),
    path("runs/<uuid:run_id>/solution.json", solution_pages.download, {"form": "json"}, name="solution-json"),
    path("runs/<uuid:run_id>/log.txt", solution_pages.log, name="log"),
    path("compare/", solution_pages.compare, name="compare"),
    path("runs/<uuid:run_id>/what-if/", whatif_views.questions, name="what-if"),
    path("runs/<uuid:run_id>/what-if/scenario/", whatif_views.scenario, name="scenario"),
    path("runs/<uuid:run_id>/what-if/sweep/", whatif_views.sweep, name="sweep"),
    path("runs/<uuid:run_id>/what-if/repair/", whatif_views.repair, name="repair"),
    path("runs/<uuid:run_id>/what-if/explain/", whatif_views.explain, name="explain"),
]
