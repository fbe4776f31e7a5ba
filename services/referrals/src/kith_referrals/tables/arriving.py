"""What comes in files and forms, and is kept for that alone."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from kith_referrals.tables.metadata import INSTANT, METADATA

imported_rows: Final = sa.Table(
    "imported_rows",
    METADATA,
    sa.Column("organisation_id", sa.Uuid, primary_key=True),
    sa.Column("source_reference", sa.Text, primary_key=True),
    sa.Column("id", sa.Uuid, nullable=False),
    sa.Column("row", sa.Integer, nullable=False),
    sa.Column("file_name", sa.Text),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("duplicate_of", sa.Text),
    sa.Column("referral_id", sa.Uuid),
    sa.Column("cells", JSONB),
    sa.Column("mapping", JSONB),
    sa.Column("resolution", sa.Text),
    sa.Column("imported_at", INSTANT, nullable=False),
)

import_mappings: Final = sa.Table(
    "import_mappings",
    METADATA,
    sa.Column("organisation_id", sa.Uuid, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("id", sa.Uuid, nullable=False),
    sa.Column("mapping", JSONB, nullable=False),
    sa.Column("saved_at", INSTANT, nullable=False),
    sa.Column("saved_by", sa.Text, nullable=False),
)

self_referrals: Final = sa.Table(
    "self_referrals",
    METADATA,
    sa.Column("token_digest", sa.LargeBinary, primary_key=True),
    sa.Column("form_digest", sa.LargeBinary, nullable=False),
    sa.Column("referral_id", sa.Uuid, nullable=False),
    sa.Column("organisation_id", sa.Uuid, nullable=False),
    sa.Column("reference", sa.Text, nullable=False),
)

invitations: Final = sa.Table(
    "invitations",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("token_digest", sa.LargeBinary, nullable=False),
    sa.Column("organisation_id", sa.Uuid, nullable=False),
    sa.Column("programme_id", sa.Uuid, nullable=False),
    sa.Column("source_reference", sa.Text),
    sa.Column("made_at", INSTANT, nullable=False),
    sa.Column("expires_at", INSTANT, nullable=False),
    sa.Column("used_at", INSTANT),
)

help_requests: Final = sa.Table(
    "help_requests",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("organisation_id", sa.Uuid, nullable=False),
    sa.Column("referral_id", sa.Uuid, nullable=False),
    sa.Column("asked_at", INSTANT, nullable=False),
    sa.Column("hour", INSTANT, nullable=False),
)

form_key: Final = sa.Table(
    "form_key",
    METADATA,
    sa.Column("only_row", sa.Boolean, primary_key=True),
    sa.Column("key", sa.LargeBinary, nullable=False),
)

form_counts: Final = sa.Table(
    "form_counts",
    METADATA,
    sa.Column("bucket", sa.LargeBinary, primary_key=True),
    sa.Column("hour", INSTANT, primary_key=True),
    sa.Column("forms", sa.Integer, nullable=False),
)
