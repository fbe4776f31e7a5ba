"""Visits to people's homes."""

from typing import Final

import sqlalchemy as sa

from kith_matching.tables.metadata import INSTANT, column, key, metadata

visits: Final = sa.Table(
    "visits",
    metadata,
    key(),
    column("match_id", sa.Uuid),
    column("referral_id", sa.Uuid),
    column("supporter_id", sa.Uuid),
    column("programme_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("starts_at", INSTANT),
    column("ends_at", INSTANT),
    column("checked_in_at", INSTANT, null=True),
    column("checked_out_at", INSTANT, null=True),
    column("cancelled_at", INSTANT, null=True),
    column("version", sa.Integer),
    column("risks_passed_on", sa.Boolean),
)
