"""The tables this service owns. They hold ids, codes and instants; no name and no address is ever written here."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID

metadata: Final = sa.MetaData()


def _instant(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


referrals: Final = sa.Table(
    "referrals",
    metadata,
    sa.Column("id", UUID, primary_key=True),
    sa.Column("person_id", UUID),
    sa.Column("referring_organisation_id", UUID),
    sa.Column("programme_organisation_id", UUID),
    sa.Column("self_referred", sa.Boolean, nullable=False),
    sa.Column("died", sa.Boolean, nullable=False),
    sa.Column("erased", sa.Boolean, nullable=False, server_default=sa.false()),
    _instant("contact_withdrawn_at", nullable=True),
    _instant("contact_granted_at", nullable=True),
    _instant("tell_withdrawn_at", nullable=True),
    _instant("tell_granted_at", nullable=True),
    _instant("share_withdrawn_at", nullable=True),
    _instant("share_granted_at", nullable=True),
    _instant("hears_decision_from", nullable=True),
    _instant("hears_progress_from", nullable=True),
    _instant("hears_outcome_from", nullable=True),
)

waiting: Final = sa.Table(
    "waiting",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("id", UUID, primary_key=True),
    sa.Column("referral_id", UUID, nullable=False, index=True),
    _instant("at"),
    sa.Column("detail", sa.Text),
    sa.Column("supporter_id", UUID),
    sa.Column("day", sa.Date),
)

messages: Final = sa.Table(
    "messages",
    metadata,
    sa.Column("id", UUID, primary_key=True),
    # The id of the story, whatever it is of: the name is older than messages of other stories.
    sa.Column("referral_id", UUID, nullable=False, index=True),
    sa.Column("story_kind", sa.Text, nullable=False, server_default="referral"),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("recipient", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    _instant("told_of"),
    sa.Column("detail", sa.Text),
    sa.Column("day", sa.Date),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("code", sa.Text),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("resends", sa.Integer, nullable=False),
    sa.Column("sender", sa.Integer),
    _instant("due_at"),
    _instant("created_at"),
    _instant("settled_at", nullable=True),
    sa.UniqueConstraint("reason", "recipient", "channel"),
)

concerns: Final = sa.Table(
    "concerns",
    metadata,
    sa.Column("id", UUID, primary_key=True),
    sa.Column("organisation_id", UUID, nullable=False),
    sa.Column("desk_id", UUID),
    _instant("acknowledge_by"),
    _instant("decide_by"),
    sa.Column("pass_on_after", sa.Interval, nullable=False),
    sa.Column("awaits", sa.Text),
    sa.Column("passed_on", sa.Integer, nullable=False),
    _instant("next_at", nullable=True),
)
