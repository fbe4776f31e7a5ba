"""What took place."""

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from kith_matching.tables.metadata import CODES, IDS, INSTANT, column, key, metadata


def _noted() -> tuple[sa.Column[Any], ...]:
    return (
        column("client_id", sa.Uuid, null=True),
        column("noted_at", INSTANT, null=True),
        column("logged_at", INSTANT, null=True),
    )


def _said_of_contact() -> tuple[sa.Column[Any], ...]:
    return (
        column("held_on", sa.Date),
        column("kind", sa.Text),
        column("people", sa.Integer),
        column("topics", CODES),
        column("district", sa.Text, null=True),
        column("site", sa.Text, null=True),
        column("supporter_id", sa.Uuid, null=True),
    )


def _said() -> tuple[sa.Column[Any], ...]:
    flags = (column(name, sa.Boolean) for name in ("limits_explained", "over_limit"))
    return column("could_not", sa.Text, null=True), *flags


groups: Final = sa.Table(
    "groups",
    metadata,
    key(),
    column("programme_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
)

sessions: Final = sa.Table(
    "sessions",
    metadata,
    key(),
    column("programme_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("held_on", sa.Date),
    column("outcome", sa.Text),
    column("minutes", sa.Integer),
    column("channel", sa.Text),
    column("topics", CODES),
    column("supporter_ids", IDS),
    column("referral_id", sa.Uuid, null=True),
    column("match_id", sa.Uuid, null=True),
    column("group_id", sa.Uuid, null=True),
    column("attended_referral_ids", IDS),
    *_noted(),
    column("version", sa.Integer),
    *_said(),
    column("voided_as", sa.Text, null=True),
    column("double_of", sa.Uuid, null=True),
)
"""What is void stands as cancelled, with nobody at it; what was said of it before is among its corrections."""

attendances: Final = sa.Table(
    "attendances",
    metadata,
    sa.Column("session_id", sa.Uuid, primary_key=True),
    sa.Column("referral_id", sa.Uuid, primary_key=True),
    column("id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("pair_with", sa.Uuid, null=True),
    column("companions", sa.Integer),
)
"""The record of each who attended a meeting: under which id it is told, and with whom they came.

Who is found to have been at it stands in ``sessions.attended_referral_ids``, which is searched, and which meetings from
before there were records have too.
"""

session_corrections: Final = sa.Table(
    "session_corrections",
    metadata,
    sa.Column("session_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    column("organisation_id", sa.Uuid),
    column("held_on", sa.Date),
    column("outcome", sa.Text),
    column("minutes", sa.Integer),
    column("channel", sa.Text),
    column("topics", CODES),
    column("attended_referral_ids", IDS),
    column("came_with", JSONB),
    column("replaced_at", INSTANT),
    *_said(),
)
"""What a session was said to be before it was corrected, by the version that said it."""

contacts: Final = sa.Table(
    "contacts",
    metadata,
    key(),
    column("programme_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    *_said_of_contact(),
    *_noted(),
    column("version", sa.Integer),
    column("voided_as", sa.Text, null=True),
)

contact_corrections: Final = sa.Table(
    "contact_corrections",
    metadata,
    sa.Column("contact_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    column("organisation_id", sa.Uuid),
    *_said_of_contact(),
    column("replaced_at", INSTANT),
)
"""What a contact was said to be before it was corrected, by the version that said it."""
