"""Addresses of the REST door, version 1."""

from django.urls import path

from copilot.api import conversations, datasets, doors, openapi, runs, views

urlpatterns = [
    path("openapi.json", openapi.Document.as_view(), name="api-openapi"),
    path("conversations", conversations.Conversations.as_view(), name="api-conversations"),
    path("conversations/<uuid:conversation_id>", conversations.OneConversation.as_view(), name="api-conversation"),
    path(
        "conversations/<uuid:conversation_id>/messages",
        conversations.Messages.as_view(),
        name="api-conversation-messages",
    ),
    path(
        "conversations/<uuid:conversation_id>/datasets",
        conversations.ConversationData.as_view(),
        name="api-conversation-datasets",
    ),
    path(
        "conversations/<uuid:conversation_id>/versions",
        conversations.ConversationVersions.as_view(),
        name="api-conversation-versions",
    ),
    path("runs", runs.Runs.as_view(), name="api-runs"),
    path("runs/<uuid:run_id>", runs.OneRun.as_view(), name="api-run"),
    path("runs/<uuid:run_id>/events", runs.Events.as_view(), name="api-events"),
    path("runs/<uuid:run_id>/result", runs.Result.as_view(), name="api-result"),
    path("runs/<uuid:run_id>/solution.<str:form>", runs.SolutionFile.as_view(), name="api-solution"),
    path("runs/<uuid:run_id>/plans.csv", runs.PlansFile.as_view(), name="api-plans"),
    path("runs/<uuid:run_id>/answer", runs.Answer.as_view(), name="api-answer"),
    path("runs/<uuid:run_id>/cancel", runs.Cancel.as_view(), name="api-cancel"),
    path("runs/<uuid:run_id>/retry", runs.Retry.as_view(), name="api-retry"),
    path("runs/<uuid:run_id>/solve", runs.Solve.as_view(), name="api-solve"),
    path("runs/<uuid:run_id>/data", datasets.NewData.as_view(), name="api-new-data"),
    path("runs/<uuid:run_id>/template.xlsx", datasets.Template.as_view(), name="api-template"),
    path("datasets", datasets.Datasets.as_view(), name="api-datasets"),
    path("datasets/<uuid:dataset_id>", datasets.OneDataset.as_view(), name="api-dataset"),
    path("versions/<uuid:version_id>", views.Version.as_view(), name="api-version"),
    path("versions/<uuid:version_id>/model.<str:form>", views.VersionFile.as_view(), name="api-version-file"),
    path("model-files", views.ModelFiles.as_view(), name="api-model-files"),
    path("diffs", views.Diffs.as_view(), name="api-diffs"),
    path("diffs/<uuid:comparison_id>", views.Diff.as_view(), name="api-diff"),
    path("<path:rest>", doors.Missing.as_view(), name="api-missing"),
]
