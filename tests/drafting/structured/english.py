"""Writes plans in short English sentences: the forms that the drafter promises to read, several wordings of each."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.drafting.structured.plan import Plan, Relation, Rule, amount, text_of

_STORIES = (
    ("A workshop makes {}.", "make", "made", ("desk", "chair", "shelf", "stool")),
    ("A bakery bakes {}.", "bake", "baked", ("cake", "loaf", "pie", "tart")),
    ("A tailor sews {}.", "sew", "sewn", ("coat", "shirt", "scarf", "dress")),
    ("A factory produces {}.", "produce", "produced", ("lamp", "radio", "clock", "fan")),
    ("A studio sells {}.", "sell", "sold", ("poster", "mug", "vase", "plate")),
)
_STOCKS = (
    ("hours", "labor"),
    ("hours", "carpentry"),
    ("kilograms", "steel"),
    ("litres", "paint"),
    ("grams", "flour"),
    ("minutes", "oven time"),
    ("metres", "cloth"),
)
_UNEVEN = {"shelf": "shelves", "loaf": "loaves", "scarf": "scarves", "dress": "dresses"}
_COUNTS = {2.0: ("twice", "double"), 3.0: ("three times", "3 times"), 4.0: ("four times", "4 times")}
_AT: dict[Relation, tuple[str, ...]] = {
    "<=": ("at most {}", "no more than {}", "a maximum of {}", "not more than {}"),
    ">=": ("at least {}", "no fewer than {}", "a minimum of {}", "not less than {}"),
    "==": ("exactly {}", "exactly {}"),
}


@dataclass(slots=True)
class Story:
    """What a text is about: its options, their verb, and the sentences written so far."""

    rng: random.Random
    options: list[str]
    verb: str
    done: str
    plan: Plan
    sentences: list[str] = field(default_factory=list)

    @property
    def many(self) -> list[str]:
        """The options as plurals."""
        return [plural(option) for option in self.options]

    def pick(self) -> tuple[str, str]:
        """Two different options."""
        first, second = self.rng.sample(self.options, 2)
        return first, second

    def rule(self, terms: dict[str, float], relation: Relation, limit: float, sentence: str) -> None:
        """Write a sentence and the rule that it says."""
        self.plan.rules.append(Rule(terms, relation, limit))
        self.sentences.append(sentence[0].upper() + sentence[1:])

    def at(self, relation: Relation, value: float | str) -> str:
        """ "at most 30", in one of its wordings."""
        return self.rng.choice(_AT[relation]).format(value if isinstance(value, str) else text_of(value))


def plural(noun: str) -> str:
    """More than one of it."""
    return _UNEVEN.get(noun, noun + "s")


def listed(words: list[str]) -> str:
    """ "a, b and c"."""
    return f"{', '.join(words[:-1])} and {words[-1]}"


def drawn(rng: random.Random, form: Callable[[Story], None]) -> tuple[str, Plan]:
    """A text with resources, a goal and one sentence of the given form, and its plan, which has an optimum over 0."""
    while True:
        opening, verb, done, nouns = rng.choice(_STORIES)
        options = list(rng.sample(nouns, rng.choice([2, 2, 2, 3])))
        sense = "minimize" if rng.random() < 0.3 else "maximize"
        plan = Plan(sense, options, {}, whole=set(options))  # type: ignore[arg-type]
        story = Story(rng, options, verb, done, plan)
        for unit, stuff in rng.sample(_STOCKS, 1 if form is covered else 2):
            stock(story, unit, stuff, "<=")
        if sense == "minimize":
            total(story, ">=")
        form(story)
        goal = aimed(story)
        text = " ".join([opening.format(listed(story.many)), *story.sentences, goal])
        best = plan.optimum()
        alone = {(tuple(sorted(rule.terms.items())), rule.relation) for rule in plan.rules}
        if best is not None and abs(best) > 1e-6 and len(alone) == len(plan.rules):
            return text, plan


def stock(story: Story, unit: str, stuff: str, relation: Relation) -> None:
    """Forms 2 and 5: what each option takes, and how much there is."""
    use = {option: amount(story.rng, 1, 9) for option in story.options}
    verb = story.rng.choice(["takes", "requires", "needs", "uses"])
    phrases = [f"a {option} {verb} {text_of(value)} {unit} of {stuff}" for option, value in use.items()]
    limit = amount(story.rng, 100, 900)
    ways = (
        f"There are {text_of(limit)} {unit} of {stuff} available.",
        f"{text_of(limit)} {unit} of {stuff} are available.",
        f"It has {text_of(limit)} {unit} of {stuff}.",
        f"{story.at(relation, limit)} {unit} of {stuff} can be used.",
    )
    if story.rng.random() < 0.5:
        story.sentences += [f"{phrase[0].upper()}{phrase[1:]}." for phrase in phrases]
    else:
        joined = ", ".join(phrases[:-1]) + f" and {phrases[-1]}"
        story.sentences.append(f"{joined[0].upper()}{joined[1:]}.")
    story.rule(dict(use), relation, limit, story.rng.choice(ways))


def aimed(story: Story) -> str:
    """Forms 1 and 3: the money per option, then what is asked."""
    words = {"maximize": ("profit", "revenue"), "minimize": ("cost",)}[story.plan.sense]
    money = story.rng.choice(words)
    story.plan.goal = {option: amount(story.rng, 2, 90) for option in story.options}
    for_each = [f"${text_of(value)} per {option}" for option, value in story.plan.goal.items()]
    values = [f"${text_of(value)}" for value in story.plan.goal.values()]
    told = story.rng.choice(
        (
            f"The {money} is {listed(for_each)}.",
            " ".join(f"The {money} per {option} is ${text_of(v)}." for option, v in story.plan.goal.items()),
            f"The {money} per {listed(story.options)} is {listed(values)} respectively.",
        )
    )
    size = "maximize" if story.plan.sense == "maximize" else "minimize"
    asked = story.rng.choice(
        (
            f"How many of each should be {story.done} to {size} the total {money}?",
            f"{size.capitalize()} the total {money}.",
            f"How many {listed(story.many)} should be {story.done} to {size} {money}?",
        )
    )
    return f"{told} {asked}"


def lower(story: Story) -> None:
    """Form 7."""
    option, _ = story.pick()
    value = float(story.rng.randint(2, 12))
    things = plural(option)
    ways = (
        f"{story.at('>=', value)} {things} must be {story.done}.",
        f"The number of {things} must be {story.rng.choice(['at least', 'no less than'])} {text_of(value)}.",
        f"It must {story.verb} {story.at('>=', value)} {things}.",
    )
    story.rule({option: 1.0}, ">=", value, story.rng.choice(ways))


def upper(story: Story) -> None:
    """Form 9."""
    option, _ = story.pick()
    value = float(story.rng.randint(15, 60))
    things = plural(option)
    ways = (
        f"{story.at('<=', value)} {things} can be {story.done}.",
        f"The number of {things} cannot exceed {text_of(value)}.",
        f"It can {story.verb} {story.at('<=', value)} {things}.",
        f"Up to {text_of(value)} {things} can be {story.done}.",
    )
    story.rule({option: 1.0}, "<=", value, story.rng.choice(ways))


def covered(story: Story) -> None:
    """Form 10: a requirement on what the options give."""
    gives = {option: amount(story.rng, 1, 9) for option in story.options}
    stuff = story.rng.choice(["light", "comfort", "praise"])
    for option, value in gives.items():
        story.sentences.append(f"A {option} gives {text_of(value)} units of {stuff}.")
    need = amount(story.rng, 20, 150)
    ways = (
        f"{story.at('>=', need)} units of {stuff} are needed.",
        f"It needs {story.at('>=', need)} units of {stuff}.",
    )
    story.rule(dict(gives), ">=", need, story.rng.choice(ways))


def share(story: Story) -> None:
    """Forms 12 and 19: a share of all."""
    option, _ = story.pick()
    relation: Relation = story.rng.choice(["<=", ">="])
    part, words = story.rng.choice(
        [(value / 100, f"{value}%") for value in (10, 20, 25, 30, 40, 60)] + [(0.5, "half"), (0.25, "a quarter")]
    )
    things = story.rng.choice(["items", "products"])
    at = "at most" if relation == "<=" else "at least"
    ways = (
        f"{at} {words} of the {things} must be {plural(option)}.",
        f"{at} {words} of all {things} must be {plural(option)}.",
        f"{plural(option)} must make up {at} {words} of all {things}.",
    )
    terms = {name: (1.0 if name == option else 0.0) - part for name in story.options}
    story.rule(terms, relation, 0.0, story.rng.choice(ways))


def total(story: Story, relation: Relation = "<=") -> None:
    """Form 13."""
    value = float(story.rng.randint(10, 40) if relation == ">=" else story.rng.randint(30, 120))
    helper = "can" if relation == "<=" else "must"
    at = "at most" if relation == "<=" else "at least"
    ways = (
        f"{story.at(relation, value)} items {helper} be {story.done} in total.",
        f"The total number of {listed(story.many)} must be {at} {text_of(value)}.",
        f"In total, {story.at(relation, value)} items {helper} be {story.done}.",
    )
    story.rule(dict.fromkeys(story.options, 1.0), relation, value, story.rng.choice(ways))


def multiple(story: Story) -> None:
    """Forms 15 and 20."""
    first, second = story.pick()
    times = story.rng.choice(list(_COUNTS))
    words = story.rng.choice(_COUNTS[times])
    many, few = plural(first), plural(second)
    ways = (
        f"The number of {many} must be at least {words} the number of {few}.",
        f"There must be at least {words.replace('double', 'twice')} as many {many} as {few}.",
        f"At least {words.replace('double', 'twice')} as many {many} as {few} must be {story.done}.",
    )
    story.rule({first: 1.0, second: -times}, ">=", 0.0, story.rng.choice(ways))


def capped(story: Story) -> None:
    """Form 20, as a ceiling."""
    first, second = story.pick()
    times = story.rng.choice(list(_COUNTS))
    many, few = plural(first), plural(second)
    words = _COUNTS[times][0]
    ways = (
        f"The number of {many} must be at most {words} the number of {few}.",
        f"The number of {many} cannot exceed {words} the number of {few}.",
        f"There can be at most {words} as many {many} as {few}.",
    )
    story.rule({first: 1.0, second: -times}, "<=", 0.0, story.rng.choice(ways))


def budget(story: Story) -> None:
    """Form 14."""
    price = {option: amount(story.rng, 3, 40) for option in story.options}
    story.sentences += [f"A {option} costs ${text_of(value)} to make." for option, value in price.items()]
    limit = float(story.rng.randint(200, 1500))
    ways = (
        f"The budget is ${text_of(limit)}.",
        f"It can spend at most ${text_of(limit)}.",
        f"It has a budget of ${text_of(limit)}.",
    )
    if story.plan.sense == "minimize":
        story.sentences = story.sentences[: -len(price)]
        return lower(story)
    story.rule(dict(price), "<=", limit, story.rng.choice(ways))
    return None


def between(story: Story) -> None:
    """Form 24."""
    option, _ = story.pick()
    low, high = float(story.rng.randint(2, 9)), float(story.rng.randint(20, 50))
    things = plural(option)
    ways = (
        f"At least {text_of(low)} but at most {text_of(high)} {things} must be {story.done}.",
        f"The number of {things} must be between {text_of(low)} and {text_of(high)}.",
    )
    story.plan.rules.append(Rule({option: 1.0}, ">=", low))
    story.rule({option: 1.0}, "<=", high, story.rng.choice(ways))


def comparison(story: Story) -> None:
    """Form 25."""
    first, second = story.pick()
    many, few = plural(first), plural(second)
    ways = (
        f"The number of {many} cannot exceed the number of {few}.",
        f"The number of {many} must not be more than the number of {few}.",
        f"There must be at least as many {few} as {many}.",
    )
    story.rule({first: 1.0, second: -1.0}, "<=", 0.0, story.rng.choice(ways))


def more(story: Story) -> None:
    """Form 25 with a difference."""
    first, second = story.pick()
    value = float(story.rng.randint(2, 9))
    many, few = plural(first), plural(second)
    ways = (
        f"The number of {many} must be at least {text_of(value)} more than the number of {few}.",
        f"The number of {many} must exceed the number of {few} by at least {text_of(value)}.",
        f"There must be at least {text_of(value)} more {many} than {few}.",
    )
    story.rule({first: 1.0, second: -1.0}, ">=", value, story.rng.choice(ways))


def apart(story: Story) -> None:
    """Form 25 with a largest difference."""
    first, second = story.pick()
    value = float(story.rng.randint(2, 9))
    many, few = plural(first), plural(second)
    ways = (
        f"The number of {many} cannot exceed the number of {few} by more than {text_of(value)}.",
        f"{many} must not outnumber {few} by more than {text_of(value)}.",
    )
    story.rule({first: 1.0, second: -1.0}, "<=", value, story.rng.choice(ways))


FORMS: dict[str, Callable[[Story], None]] = {
    "lower bound": lower,
    "upper bound": upper,
    "requirement": covered,
    "share": share,
    "total": total,
    "multiple": multiple,
    "multiple as a ceiling": capped,
    "budget": budget,
    "between": between,
    "comparison": comparison,
    "difference": more,
    "largest difference": apart,
}
