"""How a row becomes the arguments of a domain value."""

from typing import Any

import sqlalchemy as sa


def values_of(row: sa.Row[Any]) -> dict[str, Any]:
    """The row's columns by name, with arrays as tuples, as domain values hold them."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in row._mapping.items()}  # noqa: SLF001 - SQLAlchemy's public name for it
