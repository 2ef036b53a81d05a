"""Problems told in bullets, tables and headings, as such texts are written: foods, sites, lines of links, pairs."""

from __future__ import annotations

import pytest

from tests.drafting.builtin.asking import ask, drafted, optimum

_SNACKS = """Ines packs snacks for a hike {story}. Each comes in whole bars:

- {nuts}
- {figs}
- {rye}

She needs at least 40 grams of protein, 90 grams of fibre, and 1200 calories{more}. What is the lowest cost {ask}?"""
_NUTS = "Nuts: 12 grams of protein, 6 grams of fibre, and 200 calories for $3"
_FIGS = "Figs: 1 gram of protein, 9 grams of fibre, and 90 calories for $1"
_RYE = "Rye: 5 grams of protein, 10 grams of fibre, and 150 calories for $2"
_LEAST = 17  # solved by hand and by the solver

_PUMPS = """Water runs through pumps, numbered 0 to 4, and each pipe between them takes so many litres.

{lines}

{rule}What is the largest amount of water{rate} that can be sent from Pump 0 (the lake) to Pump 4 (the tower)?"""
_LINES = (
    "- Pump 0 drains into Pump 1 (8), Pump 2 (6), and Pump 3 (3).\n"
    "- Pump 1 drains into Pump 2 (2) and Pump 4 (5).\n"
    "- Pump 2 drains into Pump 4 (7).\n"
    "- Pump 3 drains into Pump 4 (9)."
)
_SENT = (
    "- From Pump 0 (the lake): Water can travel to Pump 1 (8 litres), Pump 2 (6 litres), and Pump 3 (3 litres).\n"
    "- From Pump 1: Water can proceed to Pump 2 (2 litres) and Pump 4 (5 litres).\n"
    "- From Pump 2: Water can proceed to Pump 4 (7 litres).\n"
    "- From Pump 3: Water can proceed to Pump 4 (9 litres)."
)
_PASSED = (
    "- Pump 0 can pass on 8 litres to Pump 1, 6 litres to Pump 2 and 3 litres to Pump 3.\n"
    "- Pump 1 can pass on 2 litres to Pump 2 and 5 litres to Pump 4.\n"
    "- Pump 2 can pass on 7 litres to Pump 4.\n"
    "- Pump 3 can pass on 9 litres to Pump 4."
)

_SITES = """{story}

{opening}
- Yard A: $500
- Yard B: $350

{room}
- Yard A: 90
- Yard B: 70

{need}
- Shop 1: 40
- Shop 2: 50

{freight}
- Yard A: $2 to Shop 1, $4 to Shop 2
- Yard B: $3 to Shop 1, $1 to Shop 2

{rule}What is the lowest total cost?"""
_HEADS = {
    "opening": "**Opening cost of each yard**",
    "room": "**Capacity of each yard (sacks)**",
    "need": "**Demand of each shop (sacks)**",
    "freight": "**Freight per sack**",
}
_STORY = (
    "A seed trader decides which of two yards to open for two shops, and the freight differs from one shop to another."
)
_BOTH = 500 + 80 + 200


def _snacks(**changed: str) -> str:
    plain = {"story": "", "nuts": _NUTS, "figs": _FIGS, "rye": _RYE, "more": "", "ask": ""}
    return _SNACKS.format(**plain | changed)


def _pumps(lines: str = _LINES, rule: str = "", rate: str = "") -> str:
    return _PUMPS.format(lines=lines, rule=rule, rate=rate)


def _sites(rule: str = "", story: str = _STORY, **heads: str) -> str:
    return _SITES.format(story=story, rule=rule, **_HEADS | heads)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"figs": _FIGS.replace("9 grams of fibre", "a rich 9 grams of fibres")},
        {"nuts": "Nuts: 12 grams of protein, 6 grams of fibre, and 200 calories will set you back $3"},
        {"nuts": "Nuts: Brings 12 grams of protein, 6 grams of fibre, and 200 calories to the table for $3"},
        {"story": "without paying more than she has to"},
        {"ask": "at which she can meet or exceed these needs"},
        {
            "nuts": "Nuts - protein: 12 g, fibre: 6 g, calories: 200, price: $3",
            "figs": "Figs - protein: 1 g, fibre: 9 g, calories: 90, price: $1",
            "rye": "Rye - protein: 5 g, fibre: 10 g, calories: 150, price: $2",
        },
    ],
)
def test_records_of_foods_may_be_written_in_many_ways(changed: dict[str, str]) -> None:
    assert optimum(drafted(_snacks(**changed))) == pytest.approx(_LEAST)


@pytest.mark.parametrize("more", [", and no more than four bars of figs", ", but must not exceed five bars"])
def test_a_rule_beside_the_needs_of_foods_is_read_or_refused(more: str) -> None:
    outcome = ask(_snacks(more=more))
    assert outcome.draft is None or optimum(outcome.draft) > _LEAST


@pytest.mark.parametrize("lines", [_LINES, _SENT, _PASSED])
@pytest.mark.parametrize(
    ("rule", "rate"),
    [
        ("", ""),
        ("No pipe carries more than its capacity allows. ", " in litres per second"),
        ('A capacity of "0" signifies the absence of a pipe between the two pumps. ', " within an hour"),
    ],
)
def test_lines_of_a_flow_may_be_written_in_many_ways(lines: str, rule: str, rate: str) -> None:
    assert optimum(drafted(_pumps(lines, rule, rate))) == pytest.approx(5 + 7 + 3)


@pytest.mark.parametrize("rule", ["A capacity of 0 means no pipe, and at most two pipes may be used. "])
def test_a_rule_beside_what_a_zero_stands_for_is_refused(rule: str) -> None:
    assert ask(_pumps(rule=rule)).draft is None


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "Opening a yard means a one-time cost, and a yard can only ship so much. ",
        "Every shop is to be served, possibly from more than one yard. ",
        "It must be so that all demand is covered. ",
    ],
)
def test_sites_under_bold_headings_are_read(rule: str) -> None:
    assert optimum(drafted(_sites(rule))) == pytest.approx(_BOTH)
    far = "Each shop must be covered within 5 km of a yard. "
    assert ask(_sites(rule + far)).draft is None


_ALONE = [
    "Each shop must be served from one yard. ",
    "Each shop is to be supplied by a single yard. ",
    "No shop may be served from more than one yard. ",
    "A shop is never served by two yards. ",
]


@pytest.mark.parametrize("rule", _ALONE)
def test_one_yard_for_each_shop_is_read_or_refused(rule: str) -> None:
    outcome = ask(_sites(rule))
    assert outcome.draft is None or {one.domain for one in outcome.draft.formulation.variables} == {"binary"}


def test_one_shop_to_another_says_nothing_of_that() -> None:
    assert "continuous" in {one.domain for one in drafted(_sites()).formulation.variables}
    single = drafted(_sites("Each shop must be served from exactly one yard. ")).formulation
    assert {one.domain for one in single.variables} == {"binary"}


_CARTS = """Two plants deliver sand to two shops, and the freight differs from one shop to another.

Supply of each plant:
- Plant A: 90
- Plant B: 70

Demand of each shop:
- Shop 1: 40
- Shop 2: 80

Freight per sack:
- Plant A: $2 to Shop 1, $4 to Shop 2
- Plant B: $3 to Shop 1, $1 to Shop 2

{rule}What is the lowest total cost to meet all demands?"""


@pytest.mark.parametrize("rule", [one.replace("yard", "plant") for one in _ALONE])
def test_one_plant_for_each_shop_is_refused(rule: str) -> None:
    assert ask(_CARTS.format(rule=rule)).draft is None
    several = "Each shop may be served from more than one plant. "
    assert optimum(drafted(_CARTS.format(rule=several))) == pytest.approx(80 + 70 + 40)


_RATED = """{head}

- Ada: {a}
- Ben: {b}
- Cleo: {c}

{each} What is the fewest total hours in which all three can be done?"""


def test_numbers_of_pairs_are_not_what_an_option_reaches() -> None:
    rows = {"a": "hall 4, roof 9, yard 7", "b": "hall 6, roof 3, yard 8", "c": "hall 5, roof 8, yard 2"}
    text = _RATED.format(head="Hours that each painter needs for each job:", each="Each painter does one job.", **rows)
    assert optimum(drafted(text)) == pytest.approx(4 + 3 + 2)


_PARTS = """Each band gets a stage of its own. The table rates how well each band fits each stage.

| Band | Barn | Quay |
|---|---|---|
| Owls | 7 | 4 |
| Rooks | 9 | 5 |

Every stage is to be played by a different band. What is the highest total rating?"""
_LOGS = """Two woods supply two mills. Ash has 30 loads ready and Elm has 50. The mill in Dun needs
40 loads, the one in Esk 35.

Hauling costs per load, in dollars:
- Ash to Dun: 3, to Esk: 5
- Elm to Dun: 4, to Esk: 2

What does the cheapest plan cost?"""
_MENU = """A canteen picks ingredients; the table tells what a serving holds.

| Ingredient | Protein (g) | Fiber (g) | Price ($) |
|---|---|---|---|
| Lentils | 9 | 8 | 2 |
| Kale | 3 | 5 | 3 |
| Oats | 5 | 4 | 1 |

At least 90 g of protein and 80 g of fiber are needed. Servings come as complete units.
Find the lowest total cost at which the canteen can satisfy {all} requirements."""
_SHOW = """A show may borrow some exhibits. The hall has 70 m² of floor space, and the budget for insurance
is 60 thousand dollars.

| Exhibit | Floor space (m²) | Insurance (k$) | Visitors |
|---|---|---|---|
| Whale | 40 | 30 | 5200 |
| Mummy | 15 | 45 | 4100 |
| Rocket | 35 | 18 | 3300 |

Which exhibits should be borrowed so that the number of visitors is as large as possible?"""


@pytest.mark.parametrize(
    ("text", "best"),
    [
        (_PARTS, 13),
        (_LOGS, 30 * 3 + 10 * 4 + 35 * 2),
        (_MENU.format(all="both"), 20),
        (_MENU.format(all="all two"), 20),
        (_SHOW, 5200),
    ],
)
def test_tables_in_other_words_are_read(text: str, best: float) -> None:
    assert optimum(drafted(text)) == pytest.approx(best)


_BOX = """A box is packed from three foods.

{rows}

It needs at least 45 g of protein, at least 100 g of carbohydrates and at least 900 calories. {whole}
What is the minimum cost of a box?"""
_ROWS = (
    "Bar{colon} 20 g protein | 25 g carbohydrates | 220 calories | $2.50\n"
    "{mark}Cup{colon} 1 g protein | 30 g carbohydrates | 120 calories | $1.25\n"
    "{mark}Mix{colon} 9 g protein | 14 g carbohydrates | 300 calories | $1.75"
)
_BOX_COST = 9.25


@pytest.mark.parametrize(
    "rows",
    [
        "- " + _ROWS.format(mark="- ", colon=":"),
        _ROWS.format(mark="", colon=" |"),
        "| " + _ROWS.format(mark="| ", colon=" |").replace("\n", " |\n") + " |",
    ],
)
def test_no_line_of_a_table_is_lost_as_its_head(rows: str) -> None:
    assert optimum(drafted(_BOX.format(rows=rows, whole=""))) == pytest.approx(_BOX_COST)


@pytest.mark.parametrize(
    "whole", ["Foods can't be divided.", "Each food can only be put into the box in whole numbers."]
)
def test_food_that_cannot_be_divided_may_be_bought_more_than_once(whole: str) -> None:
    rows = "| Food | Protein (g) | Carbohydrates (g) | Calories | Price ($) |\n|---|---|---|---|---|\n"
    rows += "| Bar | 20 | 25 | 220 | 2.50 |\n| Cup | 1 | 30 | 120 | 1.25 |\n| Mix | 9 | 14 | 300 | 1.75 |"
    assert optimum(drafted(_BOX.format(rows=rows, whole=whole))) == pytest.approx(_BOX_COST)


_BARNS = """A mill plans which barns to run for two shops.

{barns}
- Ash: $500 / 90 sacks
- Elm: $350 / 70 sacks

**Demand (orders per day):**
- Shop 1: 40
- Shop 2: 50

Freight per sack ($):

| | Shop 1 | Shop 2 |
|---|---|---|
| Ash | 2 | 4 |
| Elm | 3 | 1 |

Which barns should be opened, and what is the least total cost?"""


def test_a_heading_may_name_the_numbers_of_its_lines() -> None:
    text = _BARNS.format(barns="Barns (yearly fixed cost / capacity):")
    assert optimum(drafted(text)) == pytest.approx(500 + 80 + 200)
    assert ask(_BARNS.format(barns="Barns (size / mood):")).draft is None


@pytest.mark.parametrize("lines", [_LINES, _SENT, _PASSED])
@pytest.mark.parametrize(
    ("rule", "best"),
    [
        ("The link from Pump 0 to Pump 1 is closed today. ", 6 + 3),
        ("Everything has to travel along one single path. ", 6),
        ("Water through Pump 1 and Pump 2 together must stay below 4. ", 3 + 4),
    ],
)
def test_a_rule_beside_the_lines_of_a_flow_is_read_or_refused(lines: str, rule: str, best: float) -> None:
    outcome = ask(_pumps(lines, rule))
    assert outcome.draft is None or optimum(outcome.draft) == pytest.approx(best)


@pytest.mark.parametrize(
    "whole", ["Every food has to be used at least once.", "No more than two kinds of food may be chosen."]
)
def test_a_rule_on_which_foods_are_taken_is_refused(whole: str) -> None:
    rows = "| Food | Protein (g) | Carbohydrates (g) | Calories | Price ($) |\n|---|---|---|---|---|\n"
    rows += "| Bar | 20 | 25 | 220 | 2.50 |\n| Cup | 1 | 30 | 120 | 1.25 |\n| Mix | 9 | 14 | 300 | 1.75 |"
    assert ask(_BOX.format(rows=rows, whole=f"Only whole foods can be bought. {whole}")).draft is None
