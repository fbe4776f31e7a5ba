"""The tables of what people may ask, and of how long records are kept."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from kith_referrals.tables import METADATA

_INSTANT: Final = sa.DateTime(timezone=True)

retention_schedule: Final = sa.Table(
    "retention_schedule",
    METADATA,
    sa.Column("only_row", sa.Boolean, primary_key=True),
    sa.Column("rules", JSONB, nullable=False),
    sa.Column("put_at", _INSTANT, nullable=False),
    sa.Column("put_by", sa.Text, nullable=False),
)
