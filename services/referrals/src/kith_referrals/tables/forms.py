"""The tables of forms that people fill in about themselves: their links, invitations, and what holds floods back."""

from typing import Final

import sqlalchemy as sa

from kith_referrals.tables import METADATA

_INSTANT: Final = sa.DateTime(timezone=True)

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
    sa.Column("made_at", _INSTANT, nullable=False),
    sa.Column("expires_at", _INSTANT, nullable=False),
    sa.Column("used_at", _INSTANT),
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
    sa.Column("hour", _INSTANT, primary_key=True),
    sa.Column("forms", sa.Integer, nullable=False),
)
