"""Addresses of the REST door, version 1."""

from django.urls import path

from copilot.api import plan_views, views

urlpatterns = [
    path("model-files", views.ModelFiles.as_view(), name="api-model-files"),
    path("versions/<uuid:version_id>/model.<str:form>", views.VersionFile.as_view(), name="api-version-file"),
    path("runs/<uuid:run_id>/solves", plan_views.Solves.as_view(), name="api-solves"),
    path("runs/<uuid:run_id>/pool", plan_views.Pool.as_view(), name="api-pool"),
    path("diffs", views.Diffs.as_view(), name="api-diffs"),
    path("diffs/<uuid:comparison_id>", views.Diff.as_view(), name="api-diff"),
]
