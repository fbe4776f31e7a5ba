"""What is kept about organisations themselves: who works for one, what went wrong, and how one closes."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from kith_referrals.tables.metadata import INSTANT, METADATA, TEXTS

members: Final = sa.Table(
    "members",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("organisation_id", sa.Uuid, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("roles", TEXTS, nullable=False),
    sa.Column("starts_on", sa.Date, nullable=False),
    sa.Column("ends_on", sa.Date),
    sa.Column("left_on", sa.Date),
    sa.Column("version", sa.Integer, nullable=False),
)

machine_clients: Final = sa.Table(
    "machine_clients",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("organisation_id", sa.Uuid, nullable=False),
    sa.Column("client_id", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("roles", TEXTS, nullable=False),
    sa.Column("expires_on", sa.Date, nullable=False),
    sa.Column("revoked_at", INSTANT),
    sa.Column("last_used_on", sa.Date),
    sa.Column("version", sa.Integer, nullable=False),
)

closings: Final = sa.Table(
    "closings",
    METADATA,
    sa.Column("organisation_id", sa.Uuid, primary_key=True),
    sa.Column("closes_on", sa.Date, nullable=False),
    sa.Column("administrator", sa.Text, nullable=False),
    sa.Column("successor_id", sa.Uuid),
    sa.Column("successors", JSONB, nullable=False),
    sa.Column("cuts", JSONB, nullable=False),
    sa.Column("announced_at", INSTANT, nullable=False),
    sa.Column("announced_by", sa.Text, nullable=False),
)

breaches: Final = sa.Table(
    "breaches",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("organisation_id", sa.Uuid, nullable=False),
    sa.Column("what", TEXTS, nullable=False),
    sa.Column("found_at", INSTANT, nullable=False),
    sa.Column("referral_id", sa.Uuid),
    sa.Column("person_id", sa.Uuid),
    sa.Column("containment", TEXTS, nullable=False),
    sa.Column("ico_told_at", INSTANT),
    sa.Column("ico_not_needed", sa.Boolean, nullable=False),
    sa.Column("people_told_at", INSTANT),
    sa.Column("people_not_told", sa.Boolean, nullable=False),
    sa.Column("note", sa.Text),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("due_at", INSTANT),
    sa.Column("is_open", sa.Boolean, nullable=False),
)
"""``due_at`` and ``is_open`` are the domain's word, kept so that a list can begin with what is due."""

complaints: Final = sa.Table(
    "complaints",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("organisation_id", sa.Uuid, nullable=False),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("received_on", sa.Date, nullable=False),
    sa.Column("answer_by", sa.Date, nullable=False),
    sa.Column("programme_id", sa.Uuid),
    sa.Column("referral_id", sa.Uuid),
    sa.Column("words", sa.Text),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("acknowledged_on", sa.Date),
    sa.Column("escalated_on", sa.Date),
    sa.Column("answered_on", sa.Date),
    sa.Column("closed_on", sa.Date),
    sa.Column("outcome", sa.Text),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("due_on", sa.Date),
)
"""``due_on`` is the domain's word, kept so that a list can begin with what is due."""
