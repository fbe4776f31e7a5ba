"""What the codes of a definition mean, as the docstrings below them say: said once, in the contracts."""

import ast
import inspect
from enum import StrEnum
from itertools import pairwise
from textwrap import dedent
from typing import Final

from kith_contracts.programmes.definition import Audience
from kith_contracts.programmes.matching import Connection, HardRule, KnowingEachOther
from kith_contracts.programmes.support import ComesAs, Component, Limit
from kith_contracts.programmes.supporters import Level
from kith_contracts.programmes.words import Formality

EXPLAINED: Final[dict[str, type[StrEnum]]] = {
    "formality": Formality,
    "matching.weights": Connection,
    "matching.rules": HardRule,
    "matching.knowing_each_other": KnowingEachOther,
    "supporters.checks.*.level": Level,
    "support.comes_as": ComesAs,
    "support.sessions.one_to_one_limit": Limit,
    "support.components": Component,
    "disclosure": Audience,
}
"""Where codes stand that do not explain themselves."""


def rows() -> list[tuple[str, str, str]]:
    """Where a code stands, the code, and what it means; codes that say it all by themselves are left out."""
    return [
        (f"`{where}`", f"`{code}`", means)
        for where, codes in EXPLAINED.items()
        for code, means in meanings(codes).items()
    ]


def meanings(codes: type[StrEnum]) -> dict[str, str]:
    """Each code that has a docstring below it, with that docstring on one line."""
    [body] = [node.body for node in ast.parse(dedent(inspect.getsource(codes))).body if isinstance(node, ast.ClassDef)]
    return {
        codes[named.targets[0].id].value: " ".join(said.value.value.split())
        for named, said in pairwise(body)
        if isinstance(named, ast.Assign)
        and isinstance(named.targets[0], ast.Name)
        and isinstance(said, ast.Expr)
        and isinstance(said.value, ast.Constant)
        and isinstance(said.value.value, str)
    }
