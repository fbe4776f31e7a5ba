"""Many rows in one statement: their columns travel as one JSON array, typed by the table they are for."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

Record = Mapping[str, Any]
"""A row by the names of its columns: ids, dates and enumerations as they are, bytes through ``hexadecimal``."""


def insert_records(table: sa.Table, parameter: str) -> sa.Insert:
    """An insert of every record in the JSON array ``parameter``: as quick for one as for a thousand.

    Columns with a default of the database's own are left to it.
    """
    columns = [
        sa.column(column.name, column.type)
        for column in table.columns
        if column.identity is None and column.server_default is None
    ]
    given = (
        sa.func.jsonb_to_recordset(sa.bindparam(parameter, type_=JSONB))
        .table_valued(*columns)
        .render_derived(with_types=True)
    )
    return sa.insert(table).from_select([column.name for column in columns], sa.select(*given.c))


def hexadecimal(value: bytes | None) -> str | None:
    """Bytes as a record carries them."""
    return None if value is None else "\\x" + value.hex()
