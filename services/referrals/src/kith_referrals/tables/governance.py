"""What is kept about organisations themselves: who works for one, what went wrong, and how one closes."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from kith_referrals.tables import METADATA

_INSTANT: Final = sa.DateTime(timezone=True)
_TEXTS: Final = ARRAY(sa.Text)

members: Final = sa.Table(
    "members",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("organisation_id", sa.Uuid, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("roles", _TEXTS, nullable=False),
    sa.Column("starts_on", sa.Date, nullable=False),
    sa.Column("ends_on", sa.Date),
    sa.Column("left_on", sa.Date),
    sa.Column("version", sa.Integer, nullable=False),
)

machine_clients: Final = sa.Table(
    "machine_clients",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("organisation_id", sa.Uuid, nullable=False),
    sa.Column("client_id", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("roles", _TEXTS, nullable=False),
    sa.Column("expires_on", sa.Date, nullable=False),
    sa.Column("revoked_at", _INSTANT),
    sa.Column("last_used_on", sa.Date),
    sa.Column("version", sa.Integer, nullable=False),
)

closings: Final = sa.Table(
    "closings",
    METADATA,
    sa.Column("organisation_id", sa.Uuid, primary_key=True),
    sa.Column("closes_on", sa.Date, nullable=False),
    sa.Column("administrator", sa.Text, nullable=False),
    sa.Column("successor_id", sa.Uuid),
    sa.Column("successors", JSONB, nullable=False),
    sa.Column("announced_at", _INSTANT, nullable=False),
    sa.Column("announced_by", sa.Text, nullable=False),
)
