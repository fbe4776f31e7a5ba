"""The tables that matching owns. Migrations make them; a test holds the two against each other."""

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata: Final = sa.MetaData()


def _column(name: str, kind: Any, *, null: bool = False, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=null, **more)


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Uuid, primary_key=True)


CODES: Final = ARRAY(sa.Text)
IDS: Final = ARRAY(sa.Uuid)
INSTANT: Final = sa.DateTime(timezone=True)

supporters: Final = sa.Table(
    "supporters",
    metadata,
    _id(),
    _column("organisation_id", sa.Uuid),
    _column("name", sa.Text),
    _column("email", sa.Text, null=True),
    _column("telephone", sa.Text, null=True),
    _column("programme_ids", IDS),
    _column("state", sa.Text),
    _column("capacity", sa.Integer),
    _column("experience", CODES),
    _column("conditions", CODES),
    _column("interests", CODES),
    _column("languages", CODES),
    _column("districts", CODES),
    _column("channels", CODES),
    _column("meets", CODES),
    _column("checks_valid_until", sa.Date, null=True),
    _column("version", sa.Integer),
)

programmes: Final = sa.Table(
    "programmes",
    metadata,
    _id(),
    _column("organisation_id", sa.Uuid),
    _column("name", sa.Text),
    _column("minimum_age", sa.Integer, null=True),
    _column("maximum_age", sa.Integer, null=True),
    _column("checks_required", sa.Boolean),
    _column("channels", CODES),
    _column("weights", JSONB),
    _column("terms", JSONB, null=True),
)
"""``terms`` are null of a programme that was told by an older release."""

programme_versions: Final = sa.Table(
    "programme_versions",
    metadata,
    sa.Column("programme_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    _column("terms", JSONB),
)
"""The terms of every version of a programme's definition that was told: a match keeps those with which it began."""

referrals: Final = sa.Table(
    "referrals",
    metadata,
    _id(),
    _column("person_id", sa.Uuid),
    _column("programme_id", sa.Uuid),
    _column("organisation_id", sa.Uuid),
    _column("received_on", sa.Date),
    _column("age_band", sa.Text),
    _column("district", sa.Text, null=True),
    _column("language", sa.Text),
    _column("needs", CODES),
    _column("conditions", CODES),
    _column("interests", CODES),
    _column("requested", CODES),
    _column("channels", CODES),
    _column("urgent", sa.Boolean),
    _column("consented", sa.Boolean),
    _column("decision", sa.Text, null=True),
    _column("closed_reason", sa.Text, null=True),
    _column("closed_on", sa.Date, null=True),
    _column("waiting", sa.Boolean),
    _column("erased", sa.Boolean),
    _column("connections", JSONB, null=True),
)

proposals: Final = sa.Table(
    "proposals",
    metadata,
    _id(),
    _column("referral_id", sa.Uuid),
    _column("supporter_id", sa.Uuid),
    _column("programme_id", sa.Uuid),
    _column("organisation_id", sa.Uuid),
    _column("score", sa.BigInteger),
    _column("parts", JSONB),
    _column("state", sa.Text),
    _column("proposed_at", INSTANT),
    _column("answer_by", INSTANT),
    _column("ended_at", INSTANT, null=True),
    _column("version", sa.Integer),
)

matches: Final = sa.Table(
    "matches",
    metadata,
    _id(),
    _column("proposal_id", sa.Uuid),
    _column("referral_id", sa.Uuid),
    _column("supporter_id", sa.Uuid),
    _column("programme_id", sa.Uuid),
    _column("organisation_id", sa.Uuid),
    _column("made_on", sa.Date),
    _column("review_on", sa.Date),
    _column("ending", sa.Text, null=True),
    _column("ended_on", sa.Date, null=True),
    _column("version", sa.Integer),
    _column("definition_version", sa.Integer),
)

groups: Final = sa.Table(
    "groups",
    metadata,
    _id(),
    _column("programme_id", sa.Uuid),
    _column("organisation_id", sa.Uuid),
)

sessions: Final = sa.Table(
    "sessions",
    metadata,
    _id(),
    _column("programme_id", sa.Uuid),
    _column("organisation_id", sa.Uuid),
    _column("held_on", sa.Date),
    _column("outcome", sa.Text),
    _column("minutes", sa.Integer),
    _column("channel", sa.Text),
    _column("topics", CODES),
    _column("supporter_ids", IDS),
    _column("referral_id", sa.Uuid, null=True),
    _column("match_id", sa.Uuid, null=True),
    _column("group_id", sa.Uuid, null=True),
    _column("attended_referral_ids", IDS),
)

contacts: Final = sa.Table(
    "contacts",
    metadata,
    _id(),
    _column("programme_id", sa.Uuid),
    _column("organisation_id", sa.Uuid),
    _column("held_on", sa.Date),
    _column("kind", sa.Text),
    _column("people", sa.Integer),
    _column("topics", CODES),
    _column("district", sa.Text, null=True),
    _column("supporter_id", sa.Uuid, null=True),
)

rounds: Final = sa.Table(
    "rounds",
    metadata,
    _id(),
    _column("programme_id", sa.Uuid),
    _column("organisation_id", sa.Uuid),
    _column("held_at", INSTANT),
    _column("people", sa.Integer),
    _column("supporters", sa.Integer),
    _column("pairs", sa.Integer),
    _column("matched", sa.Integer),
    _column("nobody", sa.Integer),
    _column("objective", sa.BigInteger),
    _column("solver", sa.Text),
    _column("digest", sa.Text),
    _column("policy", JSONB),
)

picks: Final = sa.Table(
    "picks",
    metadata,
    sa.Column("referral_id", sa.Uuid, primary_key=True),
    _column("supporter_id", sa.Uuid),
    _column("programme_id", sa.Uuid),
    _column("organisation_id", sa.Uuid),
    _column("round_id", sa.Uuid),
)
"""Whom each referral got in its programme's last round."""

prices: Final = sa.Table(
    "prices",
    metadata,
    sa.Column("programme_id", sa.Uuid, primary_key=True),
    sa.Column("supporter_id", sa.Uuid, primary_key=True),
    _column("organisation_id", sa.Uuid),
    _column("round_id", sa.Uuid),
    _column("points", sa.BigInteger),
)
"""What one more place of a supporter would have added to the last round's list. None is nought."""

qualities: Final = sa.Table(
    "qualities",
    metadata,
    sa.Column("programme_id", sa.Uuid, primary_key=True),
    _column("organisation_id", sa.Uuid),
    _column("checks_current", sa.Integer, null=True),
)
"""What was last told of programmes; null, or no row, where nothing is said."""
