"""Signing in and out, and the tokens by which programs sign in."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from copilot.accounts import pages

urlpatterns = [
    path(
        "login/", LoginView.as_view(template_name="accounts/login.html", redirect_authenticated_user=True), name="login"
    ),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("api-tokens/", pages.api_tokens, name="api-tokens"),
    path("api-tokens/<int:token_id>/revoke/", pages.revoke_token, name="revoke-token"),
]
