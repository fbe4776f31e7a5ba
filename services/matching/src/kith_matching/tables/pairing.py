"""Proposals and matches, and the rounds that look at a whole list."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from kith_matching.tables.metadata import INSTANT, column, key, metadata

proposals: Final = sa.Table(
    "proposals",
    metadata,
    key(),
    column("referral_id", sa.Uuid),
    column("supporter_id", sa.Uuid),
    column("programme_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("score", sa.BigInteger),
    column("parts", JSONB),
    column("state", sa.Text),
    column("proposed_at", INSTANT),
    column("answer_by", INSTANT),
    column("ended_at", INSTANT, null=True),
    column("version", sa.Integer),
    column("got_to_know", sa.Boolean),
    column("reason", sa.Text, null=True),
    column("again_from", sa.Date, null=True),
)

matches: Final = sa.Table(
    "matches",
    metadata,
    key(),
    column("proposal_id", sa.Uuid),
    column("referral_id", sa.Uuid),
    column("supporter_id", sa.Uuid),
    column("programme_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("made_on", sa.Date),
    column("review_on", sa.Date),
    column("ending", sa.Text, null=True),
    column("ended_on", sa.Date, null=True),
    column("version", sa.Integer),
    column("definition_version", sa.Integer),
    column("encounter", sa.Text, null=True),
    column("ends_on", sa.Date, null=True),
    column("extensions", sa.Integer),
    column("balance_due_on", sa.Date, null=True),
    column("balance", sa.Text, null=True),
    column("moved_to", sa.Uuid, null=True),
    column("replaced", sa.Boolean),
)

acquaintances: Final = sa.Table(
    "acquaintances",
    metadata,
    sa.Column("referral_id", sa.Uuid, primary_key=True),
    sa.Column("supporter_id", sa.Uuid, primary_key=True),
    column("organisation_id", sa.Uuid),
    column("noted_at", INSTANT),
)
"""Who may know whom already: neither is told."""

rounds: Final = sa.Table(
    "rounds",
    metadata,
    key(),
    column("programme_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("held_at", INSTANT),
    column("people", sa.Integer),
    column("supporters", sa.Integer),
    column("pairs", sa.Integer),
    column("matched", sa.Integer),
    column("nobody", sa.Integer),
    column("objective", sa.BigInteger),
    column("solver", sa.Text),
    column("digest", sa.Text),
    column("policy", JSONB),
)

picks: Final = sa.Table(
    "picks",
    metadata,
    sa.Column("referral_id", sa.Uuid, primary_key=True),
    column("supporter_id", sa.Uuid),
    column("programme_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("round_id", sa.Uuid),
)
"""Whom each referral got in its programme's last round."""

prices: Final = sa.Table(
    "prices",
    metadata,
    sa.Column("programme_id", sa.Uuid, primary_key=True),
    sa.Column("supporter_id", sa.Uuid, primary_key=True),
    column("organisation_id", sa.Uuid),
    column("round_id", sa.Uuid),
    column("points", sa.BigInteger),
)
"""What one more place of a supporter would have added to the last round's list. None is nought."""
