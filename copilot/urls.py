"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

from copilot import health

urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/", admin.site.urls),
    path("api/v1/", include("copilot.api.urls")),
    path("", include("copilot.accounts.urls")),
    path("", include("copilot.chat.urls")),
]
