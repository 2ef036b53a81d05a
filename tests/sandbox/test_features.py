"""What an honest program uses works behind the wall, although no file can be opened there any more."""

from __future__ import annotations

import pytest

from copilot.sandbox.host import Sandbox
from tests.sandbox.programs import around

HONEST = {
    "print the model": "m = ConcreteModel(); m.x = Var([1, 2], bounds=(0, 1)); m.pprint(); m.display(); print(m.x[1])",
    "dates": "import datetime\nprint(datetime.datetime.strptime('2026-03-01', '%Y-%m-%d').strftime('%A %b'))",
    "time zones": "import datetime\nprint(datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc).isoformat())",
    "csv from text": "import csv\nprint(list(csv.reader(['a,b', '1,2'])))",
    "json and regular expressions": "import json, re\nprint(json.loads('[1]'), re.sub('a+', 'b', 'caat'))",
    "exact numbers": "import decimal, fractions\nprint(decimal.Decimal('0.1') + 1, fractions.Fraction(1, 3))",
    "statistics": "import statistics, math\nprint(statistics.quantiles([1, 2, 3, 4]), math.comb(5, 2))",
    "random": "import random\nprint(random.sample(range(9), 3), random.gauss(0, 1))",
    "linear algebra": "import numpy as np\nprint(np.linalg.solve(np.eye(3), np.ones(3)), np.linalg.inv(np.eye(2)))",
    "numpy statistics": "import numpy as np\nprint(np.median([1, 2, 3]), np.random.default_rng(1).normal(size=2))",
    "large matrix product": "import numpy as np\nprint((np.ones((300, 300)) @ np.ones((300, 300))).sum())",
    "quantiles": "from scipy import stats\nprint(stats.norm.ppf(0.95), stats.poisson.cdf(3, 2))",
    "distances": "from scipy.spatial.distance import cdist\nprint(cdist([[0, 0]], [[3, 4]]))",
    "sparse matrices": "from scipy import sparse\nprint(sparse.csr_matrix([[1, 0], [0, 2]]).sum())",
    "units of labels": "print('Zoë', 'größe'.upper(), 'é'.encode('utf-8'))",
    "big-M": "import pyomo.gdp as gdp\nm = ConcreteModel(); m.x = Var(bounds=(0, 9)); m.o = Objective(expr=m.x)\n"
    "m.d = gdp.Disjunction(expr=[[m.x >= 5], [m.x <= 2]])\nTransformationFactory('gdp.bigm').apply_to(m)\nreturn m",
    "hull": "import pyomo.gdp as gdp\nm = ConcreteModel(); m.x = Var(bounds=(0, 9)); m.o = Objective(expr=m.x)\n"
    "m.d = gdp.Disjunction(expr=[[m.x >= 5], [m.x <= 2]])\nTransformationFactory('gdp.hull').apply_to(m)\nreturn m",
    "relaxation": "m = ConcreteModel(); m.x = Var([1, 2], domain=Binary); m.o = Objective(expr=m.x[1])\n"
    "m.c = Constraint(expr=m.x[1] == 1)\nTransformationFactory('core.relax_integer_vars').apply_to(m)\nreturn m",
    "piecewise": "m = ConcreteModel(); m.x = Var(bounds=(0, 4)); m.y = Var()\n"
    "m.p = Piecewise(m.y, m.x, pw_pts=[0, 2, 4], f_rule=[0, 3, 4], pw_constr_type='EQ', pw_repn='INC')\n"
    "m.o = Objective(expr=m.y)\nreturn m",
    "piecewise over a set": "m = ConcreteModel(); m.x = Var(bounds=(0, 4)); m.y = Var()\n"
    "m.p = Piecewise(m.y, m.x, pw_pts=[0, 2, 4], f_rule=[0, 3, 4], pw_constr_type='EQ', pw_repn='SOS2')\n"
    "m.o = Objective(expr=m.y)\nreturn m",
    "products": "m = ConcreteModel(); m.x = Var([1, 2], bounds=(0, 9)); m.c = Constraint(expr=m.x[1] * m.x[2] >= 4)\n"
    "m.o = Objective(expr=m.x[1] ** 2 + m.x[2])\nreturn m",
    "formulas": "m = ConcreteModel(); m.x = Var([1, 2], bounds=(1, 9)); m.p = Param(initialize=2, mutable=True)\n"
    "m.e = Expression(expr=log(m.x[1]) / m.x[2] + sqrt(m.x[1]) ** m.p)\n"
    "m.c = Constraint(expr=m.e * sin(m.x[2]) + atan(abs(m.x[1])) <= exp(m.x[2]))\n"
    "m.o = Objective(expr=m.e + tanh(m.x[1]) + log10(m.x[2]))\nreturn m",
    "special ordered sets": "m = ConcreteModel(); m.x = Var([1, 2, 3], bounds=(0, 9)); m.o = Objective(expr=m.x[1])\n"
    "m.s = SOSConstraint(var=m.x, sos=1); m.t = SOSConstraint(var=m.x, sos=2)\nreturn m",
    "a deep formula": "m = ConcreteModel(); m.x = Var(bounds=(0, 9)); e = m.x\nfor _ in range(5000): e = sin(e)\n"
    "m.o = Objective(expr=e)\nreturn m",
    "blocks": "m = ConcreteModel()\ndef rule(b, i):\n    b.x = Var(bounds=(0, i)); b.c = Constraint(expr=b.x <= i)\n"
    "m.b = Block([1, 2], rule=rule); m.o = Objective(expr=sum(m.b[i].x for i in [1, 2]))\nreturn m",
    "constraint list": "m = ConcreteModel(); m.x = Var([1, 2]); m.c = ConstraintList()\nm.c.add(m.x[1] + m.x[2] >= 1)\n"
    "m.o = Objective(expr=quicksum(m.x[i] for i in [1, 2]))\nreturn m",
    "derivatives": "import pyomo.dae as dae\nm = ConcreteModel()\nm.t = dae.ContinuousSet(bounds=(0, 1))\n"
    "m.x = Var(m.t)\n"
    "m.d = dae.DerivativeVar(m.x, wrt=m.t); m.c = Constraint(m.t, rule=lambda m, t: m.d[t] == 1)\n"
    "TransformationFactory('dae.finite_difference').apply_to(m, nfe=4); m.o = Objective(expr=m.x[1])\nreturn m",
    "networks": "from pyomo.network import Arc, Port\nm = ConcreteModel(); m.x = Var(); m.y = Var()\n"
    "m.p = Port(initialize={'f': m.x}); m.q = Port(initialize={'f': m.y}); m.a = Arc(source=m.p, dest=m.q)\n"
    "TransformationFactory('network.expand_arcs').apply_to(m); m.o = Objective(expr=m.x)\nreturn m",
    "logging": "import logging\nlogging.getLogger('pyomo').warning('careful')\nlogging.warning('mind')",
}


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_program_is_built(sandbox: Sandbox, name: str) -> None:
    outcome = sandbox.build(around(HONEST[name]), {}, seed=3)
    assert outcome.failure is None
    assert outcome.instance is not None
