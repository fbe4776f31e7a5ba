"""Referrals with their steps, what was agreed to, and what was tried to reach a person."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from kith_referrals.tables.metadata import INSTANT, METADATA, TEXTS

referrals: Final = sa.Table(
    "referrals",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid, nullable=False),
    sa.Column("referring_organisation_id", sa.Uuid, nullable=False),
    sa.Column("programme_id", sa.Uuid, nullable=False),
    sa.Column("programme_organisation_id", sa.Uuid, nullable=False),
    sa.Column("submitted_at", INSTANT, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("decided_at", INSTANT),
    sa.Column("decision_reason", sa.Text),
    sa.Column("matched_at", INSTANT),
    sa.Column("ended_at", INSTANT),
    sa.Column("closed_at", INSTANT),
    sa.Column("closing_reason", sa.Text),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("received_on", sa.Date, nullable=False),
    sa.Column("site", sa.Text),
    sa.Column("needs", TEXTS, nullable=False),
    sa.Column("conditions", TEXTS, nullable=False),
    sa.Column("interests", TEXTS, nullable=False),
    sa.Column("connections", JSONB, nullable=False),
    sa.Column("requested", TEXTS, nullable=False),
    sa.Column("channels", TEXTS, nullable=False),
    sa.Column("urgent", sa.Boolean, nullable=False),
    sa.Column("notes", sa.Text),
    sa.Column("source_reference", sa.Text),
    sa.Column("details", JSONB, nullable=False),
    sa.Column("choice_id", sa.Uuid),
    sa.Column("acknowledged_at", INSTANT),
    sa.Column("supported_at", INSTANT),
    sa.Column("redirected_to", sa.Uuid),
    sa.Column("agreement_id", sa.Uuid),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("notes_waited", sa.Boolean, nullable=False),
    sa.Column("notes_read_at", INSTANT),
    sa.Column("notes_read_by", sa.Text),
    sa.Column("misdirected", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("reopened_at", INSTANT),
    sa.Column("asked_at", INSTANT),
    sa.Column("promises", JSONB, nullable=False),
    sa.Column("missed", TEXTS, nullable=False),
    sa.Column("due_on", sa.Date),
    sa.Column("miss_on", sa.Date),
)
"""``due_on`` and ``miss_on`` follow from ``promises`` and ``missed``, and stand here for their indexes."""

referral_steps: Final = sa.Table(
    "referral_steps",
    METADATA,
    sa.Column("seq", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("referral_id", sa.Uuid, nullable=False),
    sa.Column("referring_organisation_id", sa.Uuid, nullable=False),
    sa.Column("programme_organisation_id", sa.Uuid, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("before", sa.Text),
    sa.Column("after", sa.Text, nullable=False),
    sa.Column("at", INSTANT, nullable=False),
    sa.Column("organisation_id", sa.Uuid),
    sa.Column("subject", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("note", sa.Text),
)

consents: Final = sa.Table(
    "consents",
    METADATA,
    sa.Column("referral_id", sa.Uuid, primary_key=True),
    sa.Column("purpose", sa.Text, primary_key=True),
    sa.Column("referring_organisation_id", sa.Uuid, nullable=False),
    sa.Column("programme_organisation_id", sa.Uuid, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("recorded_on", sa.Date, nullable=False),
    sa.Column("how", sa.Text, nullable=False),
    sa.Column("wording_version", sa.Text),
    sa.Column("expires_on", sa.Date),
    sa.Column("feedback", sa.Text),
    sa.Column("noticed_for", sa.Date),
)

contact_attempts: Final = sa.Table(
    "contact_attempts",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("referral_id", sa.Uuid, nullable=False),
    sa.Column("referring_organisation_id", sa.Uuid, nullable=False),
    sa.Column("programme_organisation_id", sa.Uuid, nullable=False),
    sa.Column("attempted_at", INSTANT, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("note", sa.Text),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("logged_at", INSTANT, nullable=False),
)
