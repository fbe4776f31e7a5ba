"""A batch travels to PostgreSQL as one array for each column: the statement is built once, whatever its length."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from kith_notifications.tables import referrals


def as_rows(*columns: sa.Column[Any]) -> sa.TableValuedAlias:
    """Rows made of one array parameter for each column. Their columns are called as these are."""
    parameters = [sa.bindparam(f"given_{column.name}", type_=ARRAY(column.type)) for column in columns]
    shape = [sa.column(column.name, column.type) for column in columns]
    return sa.func.unnest(*parameters).table_valued(*shape, name="given").render_derived()


def as_arrays(rows: Iterable[Sequence[Any]], *columns: sa.Column[Any]) -> dict[str, list[Any]]:
    """The parameters for ``as_rows``: rows turned into one list for each column."""
    turned = list(zip(*rows, strict=True)) or [()] * len(columns)
    return {f"given_{column.name}": list(values) for column, values in zip(columns, turned, strict=True)}


IDS: Final = sa.any_(sa.bindparam("ids", type_=ARRAY(referrals.c.id.type)))
"""Any of the ids given."""

LOCK_REFERRALS: Final = sa.select(referrals).where(referrals.c.id == IDS).order_by(referrals.c.id).with_for_update()
"""The referrals ``ids``, locked in the order of their ids, so that two batches never wait for each other in a ring."""
