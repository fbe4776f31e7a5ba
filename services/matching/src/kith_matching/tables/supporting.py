"""Supporters."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from kith_matching.tables.metadata import CODES, IDS, column, key, metadata

supporters: Final = sa.Table(
    "supporters",
    metadata,
    key(),
    column("organisation_id", sa.Uuid),
    column("name", sa.Text),
    column("email", sa.Text, null=True),
    column("telephone", sa.Text, null=True),
    column("programme_ids", IDS),
    column("state", sa.Text),
    column("capacity", sa.Integer),
    column("experience", CODES),
    column("conditions", CODES),
    column("interests", CODES),
    column("languages", CODES),
    column("districts", CODES),
    column("channels", CODES),
    column("meets", CODES),
    column("checks_valid_until", sa.Date, null=True),
    column("version", sa.Integer),
    column("connections", JSONB, null=True),
    column("age_band", sa.Text, null=True),
    column("subject", sa.Text, null=True),
)
