"""Who may be somebody: the few people, in the asking organisation's sight, that are worth comparing one by one."""

from collections.abc import Collection
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from kith_referrals.domain.likeness import Traits, near
from kith_referrals.tables import people

TRAITS: Final = ("family_name", "given_name", "birth_date", "district", "nhs_number", "chi_number", "hc_number")
"""The columns of ``Traits``, in its order."""


def _found(values: sa.TableValuedAlias, *equal: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """People for whom something is equal to one of the values: one look into an index for each value.

    ``offset 0`` keeps the planner from turning that into a walk over all people, as it would while a table that grows
    fast has no statistics yet. Nobody is like the person of a draft.
    """
    found = sa.select(*(people.c[name] for name in ("id", *TRAITS))).where(*equal, ~people.c.draft).offset(0).lateral()
    return sa.select(found).join_from(values, found, sa.true())


def _by_number(column: sa.Column[Any]) -> sa.Select[Any]:
    given = sa.bindparam(f"{column.name}s", type_=ARRAY(column.type))
    wanted = sa.func.unnest(given).table_valued("value").render_derived()
    return _found(wanted, column == wanted.c.value)


def _by_birth() -> sa.Select[Any]:
    given = (sa.bindparam("districts", type_=ARRAY(sa.Text)), sa.bindparam("birth_dates", type_=ARRAY(sa.Date)))
    wanted = sa.func.unnest(*given).table_valued("district", "birth_date").render_derived()
    return _found(wanted, people.c.district == wanted.c.district, people.c.birth_date == wanted.c.birth_date)


CANDIDATES: Final = sa.union(
    _by_number(people.c.nhs_number), _by_number(people.c.chi_number), _by_number(people.c.hc_number), _by_birth()
).subquery("candidates")
"""Everybody who can be alike to one of those that ``looking_for`` names, with their traits, each once."""


def looking_for(many: Collection[Traits]) -> dict[str, Any]:
    """What ``CANDIDATES`` needs: their numbers, and the district with every birth date that is near."""
    births = {
        (traits.district, day)
        for traits in many
        if traits.district is not None and traits.birth_date is not None
        for day in near(traits.birth_date)
    }
    return {
        "nhs_numbers": [traits.nhs_number for traits in many if traits.nhs_number],
        "chi_numbers": [traits.chi_number for traits in many if traits.chi_number],
        "hc_numbers": [traits.hc_number for traits in many if traits.hc_number],
        "districts": [district for district, _ in births],
        "birth_dates": [day for _, day in births],
    }
