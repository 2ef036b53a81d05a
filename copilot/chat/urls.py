"""Addresses of the conversation."""

from django.urls import path

from copilot.chat import export_pages, insight_pages, llm_pages, review_pages, solution_pages, views, whatif_views

urlpatterns = [
    path("", views.home, name="home"),
    path("conversations/", views.begin, name="begin"),
    path("conversations/<uuid:conversation_id>/", views.conversation, name="conversation"),
    path("conversations/<uuid:conversation_id>/messages/", views.post, name="post"),
    path("conversations/<uuid:conversation_id>/versions/", review_pages.versions, name="versions"),
    path("conversations/<uuid:conversation_id>/versions/upload/", review_pages.upload, name="upload-model"),
    path("versions/<uuid:version_id>/model.<str:form>", export_pages.export, name="export"),
    path("insights/<uuid:version_id>/", insight_pages.insight, name="insight"),
    path("language-models/", llm_pages.language_models, name="language-models"),
    path("language-models/test/", llm_pages.test_language_models, name="test-language-models"),
    path("review/", review_pages.start, name="review-start"),
    path("review/<uuid:comparison_id>/", review_pages.comparison, name="review"),
    path("review/<uuid:comparison_id>/accept/", review_pages.accept, name="review-accept"),
    path("review/<uuid:comparison_id>/cancel/", review_pages.cancel, name="review-cancel"),
    path("review/<uuid:comparison_id>/retry/", review_pages.retry, name="review-retry"),
    path("review/<uuid:comparison_id>/longer/", review_pages.longer, name="review-longer"),
    path("review/<uuid:comparison_id>/explore/", review_pages.explore, name="review-explore"),
    path("review/<uuid:comparison_id>/correct/", review_pages.correct, name="review-correct"),
    path("review/<uuid:comparison_id>/revert/", review_pages.revert, name="review-revert"),
    path("review/<uuid:comparison_id>/changes.csv", review_pages.download, {"form": "csv"}, name="review-csv"),
    path("review/<uuid:comparison_id>/answer.json", review_pages.download, {"form": "json"}, name="review-json"),
    path("runs/<uuid:run_id>/answer/", views.answer, name="answer"),
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
