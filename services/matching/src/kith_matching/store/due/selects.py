"""How what is due is said of the rows of a table: once, for every kind."""

from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa

from kith_matching.domain.worklist import Work

TODAY: Final = sa.bindparam("today", type_=sa.Date)
NOW: Final = sa.bindparam("now", type_=sa.DateTime(timezone=True))
HAPPENED: Final[sa.ColumnElement[str]] = sa.literal_column("'happened'")

_NOTHING: Final[sa.ColumnElement[Any]] = sa.null().cast(sa.Uuid)
ONCE: Final[sa.ColumnElement[Any]] = sa.null().cast(sa.Integer)
"""It is due once, and not again after some days."""
_UNSAID: Final[sa.ColumnElement[str]] = sa.literal_column("''")


def day_of(instant: sa.ColumnElement[datetime]) -> sa.ColumnElement[date]:
    """The civil day of an instant."""
    return sa.cast(sa.func.timezone("Europe/London", instant), sa.Date)


def last(day: sa.ColumnElement[date], *where: sa.ColumnElement[bool]) -> sa.ColumnElement[date]:
    """The last of the days of some rows."""
    return sa.select(day).where(*where).order_by(day.desc()).limit(1).scalar_subquery()


def one(kind: Work) -> sa.ColumnElement[str]:
    """The kind, as the statement has it."""
    return sa.literal_column(f"'{kind}'")


def either(where: sa.ColumnElement[bool], first: Work, second: Work) -> sa.ColumnElement[str]:
    """The first kind where that holds, else the second."""
    return sa.case((where, one(first)), else_=one(second))


def due(
    kind: sa.ColumnElement[str],
    table: sa.FromClause,
    about: str,
    due_on: sa.ColumnElement[Any],
    *,
    key: str = "id",
    about_key: str,
    referral_id: sa.ColumnElement[Any] = _NOTHING,
    every: sa.ColumnElement[Any] = ONCE,
    missing: sa.ColumnElement[str] = _UNSAID,
) -> sa.Select[Any]:
    """What is due of one kind, as ``Due`` has it: rows of a table, each about a match, referral, supporter or group."""
    return sa.select(
        kind.label("kind"),
        table.c[key].label("thing_id"),
        sa.literal_column(f"'{about}'").label("about"),
        table.c[about_key].label("about_id"),
        table.c.organisation_id,
        (table.c.programme_id if "programme_id" in table.c else _NOTHING).label("programme_id"),
        referral_id.label("referral_id"),
        due_on.label("due_on"),
        every.label("every"),
        missing.label("missing"),
    )
