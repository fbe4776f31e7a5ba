"""What every table is made of."""

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

metadata: Final = sa.MetaData()

CODES: Final = ARRAY(sa.Text)
IDS: Final = ARRAY(sa.Uuid)
INSTANT: Final = sa.DateTime(timezone=True)


def column(name: str, kind: Any, *, null: bool = False, **more: Any) -> sa.Column[Any]:
    """A column that holds something, unless ``null`` says that it need not."""
    return sa.Column(name, kind, nullable=null, **more)


def key() -> sa.Column[Any]:
    """The column ``id``, by which a row is known."""
    return sa.Column("id", sa.Uuid, primary_key=True)
