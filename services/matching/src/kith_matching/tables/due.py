"""What fell due and was told."""

from typing import Final

import sqlalchemy as sa

from kith_matching.tables.metadata import INSTANT, column, key, metadata

dues: Final = sa.Table(
    "dues",
    metadata,
    key(),
    column("kind", sa.Text),
    column("thing_id", sa.Uuid),
    column("missing", sa.Text),
    column("due_on", sa.Date),
    column("organisation_id", sa.Uuid),
    column("referral_id", sa.Uuid, null=True),
    column("raised_at", INSTANT),
)
"""One row for each kind, thing and day: what is there is not told again."""
