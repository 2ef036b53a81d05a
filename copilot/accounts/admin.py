"""Members and workspaces in the admin."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from copilot.accounts.models import Membership, User, Workspace


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]  # not subscriptable when it runs
    """Who is in a workspace, with which role."""

    model = Membership
    autocomplete_fields = ["user"]
    extra = 1


@admin.register(Workspace)
class WorkspaceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # likewise
    """Workspaces and their members."""

    list_display = ["name", "created_at"]
    search_fields = ["name"]
    inlines = [MembershipInline]


admin.site.register(User, UserAdmin)
