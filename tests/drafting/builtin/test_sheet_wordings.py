"""Layouts of tables and lists, and sentences beside them that repeat what the kind of problem means anyway."""

from __future__ import annotations

import pytest

from tests.drafting.builtin.asking import ask, drafted, optimum

CRATES = """A courier's bike carries at most 30 kg and 20 litres. For each crate the clerk wrote down its tip.

| Crate | Weight (kg) | Size (litres) | Tip ($) |
|---|---|---|---|
| Red | 12 | 9 | 14 |
| Blue | 17 | 8 | 18 |
| Green | 9 | 12 | 12 |

{rule} Which crates give the highest total tip?
"""
BREW = """A tea house blends 40 kg of a house tea from three leaves.

| Leaf | Aroma score | Price per kg ($) | In stock (kg) |
|---|---|---|---|
| Assam | 10 | 6 | 30 |
| Darjeeling | 30 | 14 | 30 |
| Nilgiri | 20 | 8 | 15 |

The aroma score of the blend must not be below 20. {rule} What does the cheapest blend cost in total?
"""
WARDS = """The day of a hotline is cut into six blocks of four hours, and so many agents are needed:

- Midnight to 4 a.m.: 2
- 4 a.m. to 8 a.m.: 3
- 8 a.m. to noon: 6
- Noon to 4 p.m.: 6
- 4 p.m. to 8 p.m.: 5
- 8 p.m. to midnight: 4

Every agent begins at the start of one of the blocks and works eight hours {rule}
How many agents are needed at the least?
"""
VISITS = """A clinic wants as few nurses as possible, and {rule}.

- Ms. Ode speaks Tamil and Urdu.
- Mr. Pratt speaks Urdu and Welsh.
- Ms. Quill speaks Tamil and Welsh.
- Mr. Rao speaks Tamil.

What is the smallest number of nurses that it needs?
"""
SOAPS = """A works makes three soaps; any fraction of a thousand litres can be made. Per thousand litres:

- Clear soap needs 3 hours of mixing and brings a profit of $300.
- Milk soap needs 2 hours of mixing and brings a profit of $240.
- Sand soap needs 1 hour of mixing and brings a profit of $100.

There are at most 40 hours of mixing. No more than 15 thousand litres of all soaps taken together can be stored. {rule}
What is the highest total profit?
"""
GRANTS = """A fund has $300 thousand to place. The yearly return and a risk grade from 1 (safe) to 10 (wild):

| Paper | Return (%) | Risk grade |
|---|---|---|
| Bonds | 3 | 1 |
| Shares | 8 | 8 |
| Bills | 2 | 2 |

Not more than $100 thousand may go into shares. {rule} What is the largest expected return, in thousands of dollars?
"""
YEARS = """A town picks among four works; each takes money from the budgets of both years.

| Work | Cost in year 1 (million $) | Cost in year 2 (million $) | Benefit |
|---|---|---|---|
| Pool | 5 | 2 | 9 |
| Bridge | 4 | 4 | 8 |
| Park | 2 | 3 | 5 |
| Quay | 3 | 1 | 4 |

It may spend 9 million dollars in year 1 and 6 million dollars in year 2. {rule} Which works give the highest benefit?
"""
BENCHES = """The table shows the hours that each piece takes and its profit.

| Piece | Sawing (h) | Gluing (h) | Profit ($) |
|---|---|---|---|
| Bench | 2 | 1 | 20 |
| Stool | 1 | 1 | 12 |

For the week the shops have these hours:

- Sawing: 40
- Gluing: 30

No more than 15 benches can be sold; {rule} How much profit can the joiner make at most?
"""
HIKE = """A scout packs food for a day on the ridge and wants to pay as little as possible.

| Packet | Price ($) | Protein (g) | Calories |
|---|---|---|---|
| Ridge bar | 3 | 6 | 300 |
| Jerky | 7 | 30 | 200 |

He needs between 900 and 1,500 calories and no less than 40 grams of protein. {rule} What is the least amount of money?
"""


@pytest.mark.parametrize(
    ("text", "rule", "best"),
    [
        (CRATES, "Neither the weight nor the size may be exceeded, and a crate cannot be taken apart.", 32),
        (CRATES, "A crate is either loaded whole or left behind, and there is just one of each.", 32),
        (CRATES, "Without exceeding the limits he takes what he can.", 32),
        (BREW, "The leaves can be mixed in any proportion and nothing is lost during blending.", 370),
        (WARDS, "without a break. Those who start at 8 p.m. stay until 4 a.m.", 13),
        (WARDS, "without interruption, that is, the block in which she arrives and the one after it.", 13),
        (VISITS, "every one of the three languages has to be spoken by at least one of them", 2),
        (VISITS, "each of the 3 languages must be spoken by at least one of them; all ask for the same fee", 2),
        (SOAPS, "", 4200),
        (SOAPS, "At least 2 thousand litres of sand soap must be made.", 4040),
        (GRANTS, "The average risk grade must not exceed 4. Money need not all be invested.", 14),
        (GRANTS, "The average risk grade must not be above 4.", 14),
        (YEARS, "A work cannot be carried out in part.", 17),
        (BENCHES, "stools can be sold in any number.", 440),
        (BENCHES, "there is no limit on stools. Only complete pieces count.", 440),
        (HIKE, "Only whole packets can be bought.", 16),
    ],
)
def test_a_layout_and_a_harmless_sentence_are_read(text: str, rule: str, best: float) -> None:
    assert optimum(drafted(text.format(rule=rule))) == pytest.approx(best)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (CRATES, "Neither the red nor the blue crate may be loaded after the green one."),
        (CRATES, "Each crate used incurs a one-time fee of $4."),
        (BREW, "Everything has to be a multiple of 3."),
        (WARDS, "without a break. Those who start at 8 p.m. stay until 6 a.m."),
        (VISITS, "every language has to be spoken by at least one of them, and the others refuse to come"),
        (SOAPS, "At least 2 tanks of sand soap must be made."),
        (GRANTS, "The average risk grade must not exceed 4. The gap between two amounts must stay below 3."),
        (BENCHES, "stools cannot be sold in any number."),
        (HIKE, "Only whole packets count, and the ridge is closed after six."),
    ],
)
def test_a_rule_beside_a_layout_is_never_dropped(text: str, rule: str) -> None:
    assert ask(text.format(rule=rule)).draft is None


OVEN = """Orders for vases, all to be filled in their own week:
- Week 1: 20 vases
- Week 2: 30 vases
- Week 3: 10 vases

Production cost per vase:
- Week 1: $5
- Week 2: $8
- Week 3: $5

Other information:
- Heating up the oven costs $40 in each week in which at least one vase is made.
- A vase left over at the end of a week costs $1 to keep until the next one.
- There are 5 vases in the shed before Week 1.

{rule} What is the minimum total cost of oven heating, production and keeping vases?
"""
LAMPS = """A smith must deliver 20 lamps in month 1, 30 in month 2 and 10 in month 3.
A lamp costs $5 in month 1, $8 in month 2
and $5 in month 3. Lamps that are not delivered in the month of their making wait in the loft, which costs $1 per lamp
that is in stock at the end of a month. {rule} At the start there are already 5 lamps. Find the minimum total cost.
"""
RODS = """A smith saws rods of 10 dm. He needs

- 3 pieces of 6 dm
- 4 pieces of 4 dm

{rule} How many rods must be bought at minimum?
"""
BALES = """The six bales weigh, in kilograms, 60, 50, 40, 40, 30 and 20. A cart can carry no more than 100 kilograms,
every cart drives only once and a bale obviously cannot be divided between two carts. {rule}
What is the smallest number of carts?
"""


@pytest.mark.parametrize(
    ("text", "rule", "best"),
    [
        (OVEN, "", 365),
        (OVEN, "Whenever a vase is made the oven is heated, regardless of how many vases are made.", 365),
        (LAMPS, "No delivery may be late.", 305),
        (RODS, "Offcuts are thrown away and saw waste may be ignored.", 4),
        (BALES, "The order of loading plays no part.", 3),
    ],
)
def test_periods_and_sizes_in_lists_and_sentences_are_read(text: str, rule: str, best: float) -> None:
    assert optimum(drafted(text.format(rule=rule))) == pytest.approx(best)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (OVEN, "The oven must rest in the week after it was heated."),
        (OVEN, "The cost is $90 if the oven is heated at all in the last week."),
        (LAMPS, "Nothing may be made in month 2."),
        (RODS, "At most two different ways to cut are allowed."),
        (BALES, "Two bales of one weight never share a cart."),
        (BALES, "Each cart used incurs a one-time fee of $40."),
    ],
)
def test_a_rule_beside_periods_and_sizes_is_never_dropped(text: str, rule: str) -> None:
    assert ask(text.format(rule=rule)).draft is None


FINDS = """Anna's rucksack holds 18 kilograms. She could sell these finds: a vase (4 kg, worth $90),
a clock (7 kg, worth $140),
a rug (9 kg, worth $170) and a bust (6 kg, worth $125). {rule}She can carry each object only once. What is the greatest
total worth that she can carry?
"""
TILLS = """A shop needs at least 8 cashiers on Monday, 7 on Tuesday, 7 on Wednesday, 9 on Thursday, 12 on Friday,
14 on Saturday and 6 on Sunday. Each cashier works five consecutive days followed by two days off. {rule}
How many must it hire at least?
"""
BREADS = """A bakery bakes three breads every night. The table gives the minutes of a loaf and its gain.

| | Rye | Wheat | Spelt | Minutes per night |
|---|---|---|---|---|
| Kneader | 3 | 2 | 4 | 600 |
| Oven | 5 | 4 | 5 | 900 |
| Gain (cents) | 90 | 70 | 110 | |

At least 40 loaves of rye must be baked and no more than 80 loaves of spelt can be sold. {rule}
What is the largest gain per night, in cents?
"""
MEALS = """A charity has 120 thousand euros for its work.

| Project | Cost (thousand euros) | People helped |
|---|---|---|
| Soup | 35 | 820 |
| Beds | 50 | 1100 |
| School | 42 | 900 |
| Garden | 15 | 260 |

{rule} How many people can be helped at most?
"""
TOURISTS = """Six groups want to cross the lake: the Ambers (4 people), the Birks (3), the Corals (5), the Dorns (2),
the Elses (6) and the Flints (3). Every boat seats 9, and no group may be split. {rule}What is the smallest number of
boats?
"""
TRACKS = """A band puts its songs on tapes that hold 60 minutes each. The songs last 34, 21, 25, 18, 39 and 26 minutes.
{rule}How few tapes will do?
"""
CLIPS = """Breaks of 90 seconds are filled with clips, and none may be cut in two:
* Clip A: 45 s
* Clip B: 30 s
* Clip C: 60 s
* Clip D: 25 s
{rule}The fewer breaks are needed, the better. Into which break should each clip go?
"""


@pytest.mark.parametrize(
    ("text", "rule", "best"),
    [
        (TOURISTS, "", 3),
        (TRACKS, "", 3),
        (CLIPS, "", 2),
        (FINDS, "", 355),
        (TILLS, "", 14),
        (BREADS, "", 17_700),
        (MEALS, "Soup and beds need the same hall, so they cannot both be run.", 2260),
        (MEALS, "Each can be run once.", 2260),
    ],
)
def test_a_list_in_a_sentence_and_an_edge_named_by_its_unit_are_read(text: str, rule: str, best: float) -> None:
    assert optimum(drafted(text.format(rule=rule))) == pytest.approx(best)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (TOURISTS, "A boat with children needs an escort of 2. "),
        (TRACKS, "Every tape begins with a greeting of 2 minutes. "),
        (CLIPS, "Two clips of one firm must not be in one break. "),
        (FINDS, "The finds she leaves must be insured for $20 each. "),
        (TILLS, "No more than 4 cashiers may start on one day. "),
        (BREADS, "The oven has to rest before each loaf of spelt."),
        (MEALS, "The difference between the number of projects in the two halves must stay below 2."),
    ],
)
def test_a_rule_beside_a_list_in_a_sentence_is_never_dropped(text: str, rule: str) -> None:
    assert ask(text.format(rule=rule)).draft is None
