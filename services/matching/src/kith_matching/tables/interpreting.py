"""Interpreters who are booked."""

from typing import Final

import sqlalchemy as sa

from kith_matching.tables.metadata import INSTANT, column, key, metadata

interpreters: Final = sa.Table(
    "interpreters",
    metadata,
    key(),
    column("match_id", sa.Uuid),
    column("referral_id", sa.Uuid),
    column("programme_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("language", sa.Text),
    column("provider", sa.Text),
    column("channel", sa.Text),
    column("starts_at", INSTANT),
    column("ends_at", INSTANT),
    column("cancelled_at", INSTANT, null=True),
    column("version", sa.Integer),
)
