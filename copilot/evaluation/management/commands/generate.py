"""`manage.py generate CLASS --size N --seed S`: fresh problems as JSON lines, each with its proven optimum."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from copilot.evaluation.generate.making import CLASSES, GenerateError, generate
from copilot.runs import engines


class Command(BaseCommand):
    """Write problems with text, tables, gold program and proven optimum."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """CLASS may be `all`."""
        parser.add_argument("group", metavar="CLASS", help=f"all, or one of: {', '.join(sorted(CLASSES))}")
        parser.add_argument("--size", type=int, nargs="+", default=[6], metavar="N", help="one or more sizes")
        parser.add_argument("--seed", type=int, default=0, metavar="S")
        parser.add_argument(
            "--count", type=int, default=1, metavar="K", help="problems of each size, at seeds S, S+1, …"
        )
        parser.add_argument("--time-limit", type=float, default=60.0, metavar="S", help="seconds to prove an optimum")
        parser.add_argument("--out", type=Path, metavar="FILE.jsonl", help="where to write; else the terminal")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write one line a problem."""
        logging.getLogger().setLevel(logging.WARNING)
        groups = sorted(CLASSES) if options["group"] == "all" else [options["group"]]
        seeds = range(options["seed"], options["seed"] + options["count"])
        lines = []
        try:
            for group, size, seed in ((g, n, s) for g in groups for n in options["size"] for s in seeds):
                made = generate(
                    group,
                    size=size,
                    seed=seed,
                    sandbox=engines.sandbox(),
                    limits=engines.build_limits(),
                    seconds=options["time_limit"],
                )
                lines.append(json.dumps(made.to_json(), ensure_ascii=False))
        except GenerateError as error:
            raise CommandError(str(error), returncode=2) from error
        finally:
            engines.close()
        if options["out"]:
            options["out"].write_text("\n".join(lines) + "\n", encoding="utf-8")
        else:
            print("\n".join(lines))
