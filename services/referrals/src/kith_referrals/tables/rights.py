"""The tables of what people may ask, and of how long records are kept."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from kith_referrals.tables.metadata import INSTANT, METADATA

retention_schedule: Final = sa.Table(
    "retention_schedule",
    METADATA,
    sa.Column("only_row", sa.Boolean, primary_key=True),
    sa.Column("rules", JSONB, nullable=False),
    sa.Column("put_at", INSTANT, nullable=False),
    sa.Column("put_by", sa.Text, nullable=False),
)

subject_access_requests: Final = sa.Table(
    "subject_access_requests",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid, nullable=False),
    sa.Column("organisation_id", sa.Uuid, nullable=False),
    sa.Column("asked_on", sa.Date, nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("opened_by", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("closed_on", sa.Date),
    sa.Column("outcome", sa.Text),
    sa.Column("extended_on", sa.Date),
    sa.Column("extended_for", sa.Text),
    sa.Column("waiting_since", sa.Date),
    sa.Column("waiting_for", sa.Text),
    sa.Column("waits", JSONB, nullable=False),
)
"""``due_on`` stands also while the clock does: the code before there were waits reads it. ``waits`` are over."""

retention_looks: Final = sa.Table(
    "retention_looks",
    METADATA,
    sa.Column("person_id", sa.Uuid, primary_key=True),
    sa.Column("organisation_id", sa.Uuid, nullable=False),
    sa.Column("look_again_on", sa.Date, nullable=False),
)

retention_reviews: Final = sa.Table(
    "retention_reviews",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid, nullable=False),
    sa.Column("organisation_id", sa.Uuid, nullable=False),
    sa.Column("record", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("kept_until", sa.Date, nullable=False),
    sa.Column("opened_on", sa.Date, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("decision", sa.Text),
    sa.Column("keep_until", sa.Date),
    sa.Column("decided_by", sa.Text),
    sa.Column("decided_on", sa.Date),
)
