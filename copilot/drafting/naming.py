"""Names that are safe as Python identifiers and as component names of a Pyomo model."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterable

# Attributes of a Pyomo ConcreteModel; a test compares this list with the installed version.
_PYOMO = """
Skip activate active active_blocks active_component_data active_components add_component all_blocks all_component_data
all_components block_data_objects clear clear_suffix_value clone cname collect_ctypes component
component_data_iterindex component_data_objects component_map component_objects compute_statistics config construct
contains_component create_instance ctype deactivate del_component dim display doc find_component fix_all_vars
get_suffix_value getname id_index_map index index_set is_component_type is_constructed is_expression_type is_indexed
is_logical_type is_named_expression_type is_numeric_type is_parameter_type is_reference is_variable_type items
iteritems iterkeys itervalues keys load local_name model name nconstraints nobjectives nvariables parent_block
parent_component pprint preprocess private_data reclassify_component_type reconstruct
register_private_data_initializer root_block set_suffix_value set_value solutions statistics to_dense_data
transfer_attributes_from type unfix_all_vars valid_model_component valid_problem_types values write
"""
PYOMO = frozenset(_PYOMO.split())
_OWN = ("data", "pyo", "build_model", "i", "j", "k", "l")
RESERVED = frozenset({*PYOMO, *_OWN, *keyword.kwlist, *keyword.softkwlist, *dir(builtins)})
_LENGTH = 48


def is_reserved(name: str) -> bool:
    """Whether a component of that name would clash with Python, Pyomo or the program's own words."""
    return name in RESERVED or name.startswith("_")


def is_of_pyomo(name: str) -> bool:
    """Whether no component of a Pyomo model can have that name."""
    return name in PYOMO or keyword.iskeyword(name) or name.startswith("_")


def identifier(words: str, *, fallback: str = "item") -> str:
    """Turn a phrase into a lower-case identifier: "Small wagon (new)" -> "small_wagon_new"."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode("ascii")
    slug = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")
    if len(slug) > _LENGTH:
        slug = slug[:_LENGTH].rsplit("_", 1)[0].strip("_") or slug[:_LENGTH]
    if not slug:
        slug = fallback
    return slug if slug[0].isalpha() else f"{fallback}_{slug}"


class Names:
    """Hands out names, each once: a taken or reserved one gets a suffix."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def take(self, words: str, *, fallback: str = "item", suffix: str = "") -> str:
        """An unused safe identifier made from the words; `suffix` is what a clash adds first."""
        base = identifier(words, fallback=fallback)
        return self.reserve(base, suffix=suffix or fallback)

    def reserve(self, base: str, *, suffix: str = "item") -> str:
        """`base` itself where it is free and safe, else `base` with a suffix or a number."""
        candidate, count = base, 1
        if self._clashes(candidate):
            base = candidate = f"{base}_{suffix}"
        while self._clashes(candidate):
            count += 1
            candidate = f"{base}_{count}"
        self._taken.add(candidate)
        return candidate

    def _clashes(self, name: str) -> bool:
        return name in self._taken or is_reserved(name)
