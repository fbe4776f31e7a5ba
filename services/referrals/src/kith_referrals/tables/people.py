"""People, and what humans decided about their records."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from kith_referrals.tables.metadata import INSTANT, METADATA, TEXTS

people: Final = sa.Table(
    "people",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("organisation_id", sa.Uuid, nullable=False),
    sa.Column("family_name", sa.Text, nullable=False),
    sa.Column("given_name", sa.Text),
    sa.Column("birth_date", sa.Date),
    sa.Column("nhs_number", sa.Text),
    sa.Column("chi_number", sa.Text),
    sa.Column("hc_number", sa.Text),
    sa.Column("postcode", sa.Text),
    sa.Column("email", sa.Text),
    sa.Column("telephone", sa.Text),
    sa.Column("contact_by", TEXTS, nullable=False),
    sa.Column("do_not_contact", sa.Boolean, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("strengths", TEXTS, nullable=False),
    sa.Column("impacts", TEXTS, nullable=False),
    sa.Column("accessible_information", TEXTS, nullable=False),
    sa.Column("interpreter", sa.Text),
    sa.Column("safe_times", sa.Text),
    sa.Column("risk_to_visitor", TEXTS, nullable=False),
    sa.Column("agrees", sa.Text, nullable=False),
    sa.Column("nation", sa.Text),
    sa.Column("understands", sa.Boolean, nullable=False),
    sa.Column("power_act", sa.Text),
    sa.Column("power_seen_on", sa.Date),
    sa.Column("power_expires_on", sa.Date),
    sa.Column("likeness", sa.LargeBinary),
    sa.Column("draft", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("restricted", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("died_on", sa.Date),
    sa.Column("held", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("erasure_state", sa.Text, nullable=False, server_default="active"),
    sa.Column("erasure_rule", sa.Text),
    sa.Column("erasure_basis", sa.Text),
    sa.Column("erasure_by", sa.Text),
    sa.Column("erasure_decided_at", INSTANT),
    sa.Column("erased_on", sa.Date),
    sa.Column("address", sa.Text),
    sa.Column("district", sa.Text, sa.Computed("split_part(postcode, ' ', 1)")),
)

merges: Final = sa.Table(
    "merges",
    METADATA,
    sa.Column("person_id", sa.Uuid, primary_key=True),
    sa.Column("into_id", sa.Uuid, nullable=False),
    sa.Column("organisation_id", sa.Uuid, nullable=False),
)

households: Final = sa.Table(
    "households",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("organisation_id", sa.Uuid, nullable=False),
    sa.Column("others", JSONB, nullable=False),
    sa.Column("members", sa.Integer, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)

household_members: Final = sa.Table(
    "household_members",
    METADATA,
    sa.Column("person_id", sa.Uuid, primary_key=True),
    sa.Column("household_id", sa.Uuid, nullable=False),
    sa.Column("organisation_id", sa.Uuid, nullable=False),
    sa.Column("relation", sa.Text),
)

person_decisions: Final = sa.Table(
    "person_decisions",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("organisation_id", sa.Uuid, nullable=False),
    sa.Column("person_id", sa.Uuid, nullable=False),
    sa.Column("other_id", sa.Uuid),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("client_id", sa.Text, nullable=False),
    sa.Column("decided_at", INSTANT, nullable=False),
)
