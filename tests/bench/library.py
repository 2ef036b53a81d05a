"""Retrieval from libraries of 1,000, 10,000 and 100,000 insights: 95th percentile before any language model."""

from __future__ import annotations

import os

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "copilot.settings")
    django.setup()
    from tests.bench.libraries import main  # only now may models be imported

    main()
