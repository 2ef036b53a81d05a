"""The admin under the product's own name, its lists in the order in which people work with them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

LAST = 1_000


class WellposedSite(admin.AdminSite):
    """Lists are sorted by `place` of their admin class, rooms by their first list; without one by name, at the end."""

    site_header = site_title = "Wellposed"
    index_title = "Administration"

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Rooms with their lists."""
        rooms = list(self._build_app_dict(request, app_label).values())
        for room in rooms:
            room["models"].sort(key=self._rank)
        return sorted(rooms, key=lambda room: (self._rank(room["models"][0])[0], room["name"]))

    def _rank(self, listed: Any) -> tuple[int, str]:
        return getattr(self._registry[listed["model"]], "place", LAST), listed["name"]
