"""The tables this service owns, as its statements name them. Migrations make them."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR

METADATA: Final = sa.MetaData()

_INSTANT: Final = sa.DateTime(timezone=True)
_TEXTS: Final = ARRAY(sa.Text)

organisations: Final = sa.Table(
    "organisations",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("ods_code", sa.Text),
    sa.Column("contact_email", sa.Text),
    sa.Column("description", sa.Text),
    sa.Column("url", sa.Text),
    sa.Column("charity_number", sa.Text),
    sa.Column("charity_regulator", sa.Text),
    sa.Column("keeps_members", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("closes_on", sa.Date),
    sa.Column("closed_at", _INSTANT),
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
    sa.Column("channels", _TEXTS, nullable=False),
    sa.Column("weights", JSONB, nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("url", sa.Text),
    sa.Column("email", sa.Text),
    sa.Column("telephone", sa.Text),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("needs", _TEXTS, nullable=False),
    sa.Column("conditions", _TEXTS, nullable=False),
    sa.Column("districts", _TEXTS, nullable=False),
    sa.Column("opens", sa.Text),
    sa.Column("capacity", sa.Text, nullable=False),
    sa.Column("expected_wait_days", sa.Integer),
    sa.Column("assured_on", sa.Date),
    sa.Column("assurer_email", sa.Text),
    sa.Column("crisis_lines", JSONB, nullable=False),
    sa.Column("organisation_name", sa.Text, nullable=False),
    sa.Column("published_at", _INSTANT, nullable=False),
    sa.Column("modified_at", _INSTANT, nullable=False),
    sa.Column("first_session_days", sa.Integer),
    sa.Column("words", TSVECTOR, sa.FetchedValue()),
)
"""``organisation_name`` stands here too so that ``words``, which PostgreSQL makes, can hold it."""

places: Final = sa.Table(
    "places",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("programme_id", sa.Uuid, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("district", sa.Text),
)

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
    sa.Column("contact_by", _TEXTS, nullable=False),
    sa.Column("do_not_contact", sa.Boolean, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("strengths", _TEXTS, nullable=False),
    sa.Column("impacts", _TEXTS, nullable=False),
    sa.Column("accessible_information", _TEXTS, nullable=False),
    sa.Column("interpreter", sa.Text),
    sa.Column("safe_times", sa.Text),
    sa.Column("risk_to_visitor", _TEXTS, nullable=False),
    sa.Column("agrees", sa.Text, nullable=False),
    sa.Column("nation", sa.Text),
    sa.Column("understands", sa.Boolean, nullable=False),
    sa.Column("power_act", sa.Text),
    sa.Column("power_seen_on", sa.Date),
    sa.Column("power_expires_on", sa.Date),
    sa.Column("likeness", sa.LargeBinary),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("restricted", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("died_on", sa.Date),
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
    sa.Column("decided_at", _INSTANT, nullable=False),
)

referrals: Final = sa.Table(
    "referrals",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid, nullable=False),
    sa.Column("referring_organisation_id", sa.Uuid, nullable=False),
    sa.Column("programme_id", sa.Uuid, nullable=False),
    sa.Column("programme_organisation_id", sa.Uuid, nullable=False),
    sa.Column("submitted_at", _INSTANT, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("decided_at", _INSTANT),
    sa.Column("decision_reason", sa.Text),
    sa.Column("matched_at", _INSTANT),
    sa.Column("ended_at", _INSTANT),
    sa.Column("closed_at", _INSTANT),
    sa.Column("closing_reason", sa.Text),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("received_on", sa.Date, nullable=False),
    sa.Column("needs", _TEXTS, nullable=False),
    sa.Column("conditions", _TEXTS, nullable=False),
    sa.Column("interests", _TEXTS, nullable=False),
    sa.Column("requested", _TEXTS, nullable=False),
    sa.Column("channels", _TEXTS, nullable=False),
    sa.Column("urgent", sa.Boolean, nullable=False),
    sa.Column("notes", sa.Text),
    sa.Column("source_reference", sa.Text),
    sa.Column("details", JSONB, nullable=False),
    sa.Column("choice_id", sa.Uuid),
    sa.Column("acknowledged_at", _INSTANT),
    sa.Column("supported_at", _INSTANT),
    sa.Column("redirected_to", sa.Uuid),
    sa.Column("agreement_id", sa.Uuid),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("notes_waited", sa.Boolean, nullable=False),
    sa.Column("notes_read_at", _INSTANT),
    sa.Column("notes_read_by", sa.Text),
    sa.Column("misdirected", sa.Boolean, nullable=False, server_default=sa.false()),
)

sharing_agreements: Final = sa.Table(
    "sharing_agreements",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("sharer_id", sa.Uuid, nullable=False),
    sa.Column("receiver_id", sa.Uuid, nullable=False),
    sa.Column("programme_ids", ARRAY(sa.Uuid), nullable=False),
    sa.Column("purposes", _TEXTS, nullable=False),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("starts_on", sa.Date, nullable=False),
    sa.Column("ends_on", sa.Date),
    sa.Column("sharer_signed_at", _INSTANT),
    sa.Column("receiver_signed_at", _INSTANT),
    sa.Column("ended_at", _INSTANT),
    sa.Column("ended_by", sa.Uuid),
    sa.Column("version", sa.Integer, nullable=False),
)

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
    sa.Column("at", _INSTANT, nullable=False),
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
)

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
    sa.Column("imported_at", _INSTANT, nullable=False),
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
