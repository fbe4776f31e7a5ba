"""What is known from facts: programmes, referrals, and what was last told of them."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from kith_matching.tables.metadata import CODES, column, key, metadata

organisations: Final = sa.Table("organisations", metadata, key(), column("name", sa.Text))
"""What organisations call themselves in public; not those that were told of before this was kept."""

programmes: Final = sa.Table(
    "programmes",
    metadata,
    key(),
    column("organisation_id", sa.Uuid),
    column("name", sa.Text),
    column("minimum_age", sa.Integer, null=True),
    column("maximum_age", sa.Integer, null=True),
    column("checks_required", sa.Boolean),
    column("channels", CODES),
    column("weights", JSONB),
    column("terms", JSONB, null=True),
)
"""``terms`` are null of a programme that was told by an older release."""

programme_versions: Final = sa.Table(
    "programme_versions",
    metadata,
    sa.Column("programme_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    column("terms", JSONB),
)
"""The terms of every version of a programme's definition that was told: a match keeps those with which it began."""

referrals: Final = sa.Table(
    "referrals",
    metadata,
    key(),
    column("person_id", sa.Uuid),
    column("programme_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("received_on", sa.Date),
    column("age_band", sa.Text),
    column("district", sa.Text, null=True),
    column("language", sa.Text),
    column("needs", CODES),
    column("conditions", CODES),
    column("interests", CODES),
    column("requested", CODES),
    column("channels", CODES),
    column("urgent", sa.Boolean),
    column("consented", sa.Boolean),
    column("decision", sa.Text, null=True),
    column("closed_reason", sa.Text, null=True),
    column("closed_on", sa.Date, null=True),
    column("waiting", sa.Boolean),
    column("erased", sa.Boolean),
    column("connections", JSONB, null=True),
    column("before_visiting", sa.Boolean, null=True),
    column("interpreter", sa.Text, null=True),
)

qualities: Final = sa.Table(
    "qualities",
    metadata,
    sa.Column("programme_id", sa.Uuid, primary_key=True),
    column("organisation_id", sa.Uuid),
    column("checks_current", sa.Integer, null=True),
    column("supervision_on_time", sa.Integer, null=True),
    column("training_held", sa.Integer, null=True),
)
"""What was last told of programmes; null, or no row, where nothing is said."""
