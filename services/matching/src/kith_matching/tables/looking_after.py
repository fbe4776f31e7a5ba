"""Which coordinator looks after whom."""

from typing import Final

import sqlalchemy as sa

from kith_matching.tables.metadata import INSTANT, column, key, metadata

looked_after: Final = sa.Table(
    "looked_after",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("about_id", sa.Uuid, primary_key=True),
    column("organisation_id", sa.Uuid),
    column("coordinator", sa.Text),
)
"""What has no row nobody looks after: it was there before rows were kept."""

handovers: Final = sa.Table(
    "handovers",
    metadata,
    key(),
    column("organisation_id", sa.Uuid),
    column("from_coordinator", sa.Text, null=True),
    column("to_coordinator", sa.Text),
    column("arranged_by", sa.Text),
    column("handed_at", INSTANT),
    column("supporters", sa.Integer),
    column("referrals", sa.Integer),
    column("matches", sa.Integer),
)
