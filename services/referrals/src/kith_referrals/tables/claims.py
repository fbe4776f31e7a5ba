"""The claim ledger: results of households claimed from payers, and the samples that auditors look at."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from kith_referrals.tables.metadata import METADATA

claims: Final = sa.Table(
    "claims",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("organisation_id", sa.Uuid, nullable=False),
    sa.Column("programme_id", sa.Uuid, nullable=False),
    sa.Column("household_id", sa.Uuid, nullable=False),
    sa.Column("referral_id", sa.Uuid),
    sa.Column("result", sa.Text, nullable=False),
    sa.Column("achieved_on", sa.Date, nullable=False),
    sa.Column("evidence", sa.Text, nullable=False),
    sa.Column("household_size", sa.Integer, nullable=False),
    sa.Column("definition_version", sa.Integer, nullable=False),
    sa.Column("payer_percent", sa.Integer, nullable=False),
    sa.Column("claimed_on", sa.Date, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("reversed_on", sa.Date),
    sa.Column("version", sa.Integer, nullable=False),
)

claim_samples: Final = sa.Table(
    "claim_samples",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("organisation_id", sa.Uuid, nullable=False),
    sa.Column("programme_id", sa.Uuid, nullable=False),
    sa.Column("auditor_id", sa.Uuid, nullable=False),
    sa.Column("until", sa.Date, nullable=False),
    sa.Column("drawn_on", sa.Date, nullable=False),
    sa.Column("claim_ids", ARRAY(sa.Uuid), nullable=False),
)
