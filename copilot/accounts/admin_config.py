"""Tells Django which site is the admin."""

from django.contrib.admin import apps


class SiteConfig(apps.AdminConfig):
    """The admin with our site."""

    default_site = "copilot.accounts.admin_site.WellposedSite"
