"""What the network is: its organisations, what they offer, and what they agreed to share."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR

from kith_referrals.tables.metadata import INSTANT, METADATA, TEXTS

organisations: Final = sa.Table(
    "organisations",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("ods_code", sa.Text),
    sa.Column("contact_email", sa.Text),
    sa.Column("nation", sa.Text, nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("url", sa.Text),
    sa.Column("charity_number", sa.Text),
    sa.Column("charity_regulator", sa.Text),
    sa.Column("keeps_members", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("closes_on", sa.Date),
    sa.Column("closed_at", INSTANT),
)

programmes: Final = sa.Table(
    "programmes",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("organisation_id", sa.Uuid, nullable=False),
    sa.Column("slug", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("formality", sa.Text, nullable=False),
    sa.Column("minimum_age", sa.Integer),
    sa.Column("maximum_age", sa.Integer),
    sa.Column("checks_required", sa.Boolean, nullable=False),
    sa.Column("channels", TEXTS, nullable=False),
    sa.Column("weights", JSONB, nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("url", sa.Text),
    sa.Column("email", sa.Text),
    sa.Column("telephone", sa.Text),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("needs", TEXTS, nullable=False),
    sa.Column("conditions", TEXTS, nullable=False),
    sa.Column("districts", TEXTS, nullable=False),
    sa.Column("opens", sa.Text),
    sa.Column("capacity", sa.Text, nullable=False),
    sa.Column("expected_wait_days", sa.Integer),
    sa.Column("assured_on", sa.Date),
    sa.Column("assurer_email", sa.Text),
    sa.Column("crisis_lines", JSONB, nullable=False),
    sa.Column("promised_wait_days", sa.Integer),
    sa.Column("contact_attempts", sa.Integer, nullable=False),
    sa.Column("organisation_name", sa.Text, nullable=False),
    sa.Column("published_at", INSTANT, nullable=False),
    sa.Column("definition_version", sa.Integer, nullable=False, server_default="0"),
    sa.Column("referrable", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("sites", TEXTS, nullable=False, server_default="{}"),
    sa.Column("modified_at", INSTANT, nullable=False),
    sa.Column("first_session_days", sa.Integer),
    sa.Column("checks_current", sa.Integer),
    sa.Column("supervision_on_time", sa.Integer),
    sa.Column("training_held", sa.Integer),
    sa.Column("quality_counted_at", INSTANT),
    sa.Column("words", TSVECTOR, sa.FetchedValue()),
)
"""``organisation_name`` stands here too so that ``words``, which PostgreSQL makes, can hold it."""

programme_definitions: Final = sa.Table(
    "programme_definitions",
    METADATA,
    sa.Column("programme_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("document", JSONB, nullable=False),
    sa.Column("approvals", sa.Integer, nullable=False),
    sa.Column("applied_at", INSTANT, nullable=False),
)

places: Final = sa.Table(
    "places",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("programme_id", sa.Uuid, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("district", sa.Text),
)

sharing_agreements: Final = sa.Table(
    "sharing_agreements",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("sharer_id", sa.Uuid, nullable=False),
    sa.Column("receiver_id", sa.Uuid, nullable=False),
    sa.Column("programme_ids", ARRAY(sa.Uuid), nullable=False),
    sa.Column("purposes", TEXTS, nullable=False),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("starts_on", sa.Date, nullable=False),
    sa.Column("ends_on", sa.Date),
    sa.Column("sharer_signed_at", INSTANT),
    sa.Column("receiver_signed_at", INSTANT),
    sa.Column("ended_at", INSTANT),
    sa.Column("ended_by", sa.Uuid),
    sa.Column("version", sa.Integer, nullable=False),
)
