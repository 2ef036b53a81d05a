"""What every screen of the library shares: curators alone, rows they may see, and no write but by the room's verbs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from copilot.accounts.models import User
from copilot.library.access import LibraryRefused
from copilot.library.content import ContentError


class CuratorAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable when it runs
    """Lists and read-only pages for who may curate; subclasses add pages that call the library's verbs."""

    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> Any:
        """Rows that the curator may see; staff see nobody's private rows."""
        return self.model._default_manager.visible_to(request.user).order_by(*self.get_ordering(request))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the room is in the curator's index."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Curators of the library for everyone."""
        return bool(request.user.is_active and request.user.has_perm("library.curate_library"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Rows are made by verbs."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows are changed by verbs."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted here."""
        return False

    def has_curate_permission(self, request: HttpRequest) -> bool:
        """Whether the actions of a list are offered."""
        return self.has_view_permission(request)

    def page(self, route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
        """An address of our own below the model's, for curators alone."""

        def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if not self.has_view_permission(request):
                raise PermissionDenied
            return view(request, **kwargs)

        return path(route, self.admin_site.admin_view(guarded), name=f"library_{name}")

    def screen(self, request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
        """A page in the admin's frame."""
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "title": title}
        return TemplateResponse(request, f"admin/library/{template}", shared | context)

    def attempt(self, request: HttpRequest, verb: Callable[[], Any], done: str) -> bool:
        """Call a verb and say what came of it; returns whether it went through."""
        try:
            verb()
        except (LibraryRefused, ContentError) as refused:
            self.message_user(request, str(refused), messages.ERROR)
            return False
        self.message_user(request, done, messages.SUCCESS)
        return True


def curator(request: HttpRequest) -> User:
    """Who acts; the admin lets nobody in who has not signed in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def change_url(model: str, key: Any) -> str:
    """The address of a row's page."""
    return reverse(f"admin:library_{model}_change", args=[key])
