"""Members of exchanges, and what was agreed between two of them."""

from typing import Final

import sqlalchemy as sa

from kith_matching.tables.metadata import CODES, INSTANT, column, key, metadata

exchange_members: Final = sa.Table(
    "exchange_members",
    metadata,
    key(),
    column("programme_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("needs", CODES),
    column("skills", CODES),
    column("times", CODES),
    column("telephone", sa.Text),
    column("state", sa.Text),
    column("version", sa.Integer),
)

exchange_agreements: Final = sa.Table(
    "exchange_agreements",
    metadata,
    key(),
    column("programme_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("first_id", sa.Uuid),
    column("second_id", sa.Uuid),
    column("asked_at", INSTANT),
    column("state", sa.Text),
    column("first_agreed", sa.Boolean),
    column("second_agreed", sa.Boolean),
    column("version", sa.Integer),
)
"""They go with either of the two."""
