"""How often retrieval finds the insight that helps, on the published library, each task held out in turn."""

from __future__ import annotations

import json
import os

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "copilot.settings")
    django.setup()
    from tests.bench.measured import against
    from tests.library.held_out import published, recall

    library = published()
    pairs = sum(len(library.held[task]) for task in library.queries)
    print(json.dumps({"insights": len(library.records), "queries": len(library.queries), "pairs": pairs}))
    for signals in ("text", "vote", "both"):
        for without_twins in (False, True):
            at_5, at_30 = (recall(library, many, without_twins=without_twins, signals=signals) for many in (5, 30))
            row = {"signals": signals, "without_twins": without_twins, "recall_at_30": round(at_30, 3)}
            print(json.dumps(row | {"recall_at_5": against(target=0.70, found=at_5)}))
