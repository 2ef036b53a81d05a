"""Three problems to start from with one click."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """A ready request, with what kind of problem it is."""

    title: str
    kind: str
    text: str


EXAMPLES = (
    Example(
        "Desks and chairs",
        "Product mix",
        "A workshop makes desks and chairs. A desk brings $70 and takes 4 hours of carpentry and 2 of finishing; "
        "a chair brings $40 and takes 3 and 1. There are 240 hours of carpentry and 100 of finishing. "
        "How many of each?",
    ),
    Example(
        "The cheapest feed",
        "Blending",
        "minimize 0.9 corn + 1.6 soy + 0.4 bran\n"
        "subject to\n"
        "protein: 0.09 corn + 0.44 soy + 0.16 bran >= 18\n"
        "fibre: 0.02 corn + 0.06 soy + 0.11 bran <= 5\n"
        "energy: 3.4 corn + 2.6 soy + 1.6 bran >= 280\n"
        "weight: corn + soy + bran = 100",
    ),
    Example(
        "What to carry",
        "Whole numbers",
        "maximize 9 camera + 6 drone + 5 tripod + 8 laptop + 3 charger\n"
        "subject to\n"
        "weight: 5 camera + 4 drone + 3 tripod + 5 laptop + 1 charger <= 11\n"
        "power: charger >= laptop\n"
        "camera, drone, tripod, laptop, charger are binary",
    ),
)
