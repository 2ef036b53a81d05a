"""What every screen of the library shares: curators alone, rows they may see, and no write but by the room's verbs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from copilot.accounts.models import User
from copilot.library.access import LibraryRefused, may_curate_any
from copilot.library.content import ContentError


class CuratorAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable when it runs
    """Lists and read-only pages for who may curate; subclasses add pages that call the library's verbs."""

    list_per_page = 50
    show_full_result_count = False
    change_form_template = "admin/library/row_page.html"
    place = 100  # among the lists of the admin

    def get_queryset(self, request: HttpRequest) -> Any:
        """Rows that the curator may see; staff see nobody's private rows."""
        return self.model._default_manager.visible_to(request.user).order_by(*self.get_ordering(request))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the room is in the curator's index."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Curators of the library for everyone, and owners of a workspace; each row is asked for by reader besides."""
        if not hasattr(request, "may_curate_any"):
            request.may_curate_any = may_curate_any(request.user)  # type: ignore[attr-defined]
        return bool(request.may_curate_any)  # type: ignore[attr-defined]

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

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The list, under its own name."""
        title = {"title": str(self.opts.verbose_name_plural).capitalize()}
        return super().changelist_view(request, title | (extra_context or {}))

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """A row's page, under the row's name."""
        row = context.get("original")
        context |= {"title": self.heading(row) if row else context["title"], "subtitle": None}
        return super().render_change_form(request, context, *args, **kwargs)

    def heading(self, row: Any) -> str:
        """What the page of a row is called."""
        return str(row)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """The library's own log of the row; the admin keeps none."""
        return redirect(log_url(self.opts.model_name or "", [object_id]))

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> Any:
        raise Http404("There is no such row, or you may not see it.")

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
        except IntegrityError:
            self.message_user(request, "Someone else did the same at this moment. Look again.", messages.ERROR)
            return False
        self.message_user(request, done, messages.SUCCESS)
        return True

    def seen(self, request: HttpRequest, key: Any, rows: models.QuerySet[Any] | None = None) -> Any:
        """The row of an address, of this admin's model or of `rows`. Raises Http404, also for what is no identifier."""
        mine = self.get_queryset(request) if rows is None else rows
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            return mine.get(pk=key)
        except (mine.model.DoesNotExist, ValueError, ValidationError) as error:
            raise Http404("There is no such row, or you may not see it.") from error


class ForFilter(admin.SimpleListFilter):
    """Rows for everyone, and rows of a workspace."""

    title, parameter_name = "whom it is for", "for"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The two."""
        return [("everyone", "Everyone"), ("workspace", "A workspace")]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """One of the two."""
        return queryset.filter(workspace__isnull=self.value() == "everyone") if self.value() else queryset


def curator(request: HttpRequest) -> User:
    """Who acts; the admin lets nobody in who has not signed in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def change_url(model: str, key: Any) -> str:
    """The address of a row's page."""
    return reverse(f"admin:library_{model}_change", args=[key])


def log_url(model: str, keys: Iterable[Any]) -> str:
    """The address of what the log has about rows."""
    asked = {"subject": model, "subject_id__in": ",".join(str(key) for key in keys)}
    return f"{reverse('admin:library_auditentry_changelist')}?{urlencode(asked)}"


def uuid_of(text: str | None) -> UUID | None:
    """An identifier from an address, None for anything else."""
    try:
        return UUID(text or "")
    except ValueError:
        return None
