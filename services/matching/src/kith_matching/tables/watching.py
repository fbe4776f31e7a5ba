"""What falls due for whole programmes, whom nobody could take, and what is kept of a round beside what it found."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from kith_matching.tables.metadata import CODES, IDS, INSTANT, column, metadata

turns: Final = sa.Table(
    "turns",
    metadata,
    sa.Column("programme_id", sa.Uuid, primary_key=True),
    column("organisation_id", sa.Uuid),
    column("looked_at", INSTANT, null=True),
    column("refused_at", INSTANT, null=True),
    column("refused", sa.Text, null=True),
)
"""When a programme was looked at last for people whom nobody could take, and when and why its round was refused."""

unplaceable: Final = sa.Table(
    "unplaceable",
    metadata,
    sa.Column("referral_id", sa.Uuid, primary_key=True),
    column("programme_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("since", INSTANT),
    column("rules", CODES),
    column("would_change", sa.Text, null=True),
    column("supporters", sa.Integer),
    column("told_at", INSTANT),
    column("looked_at", INSTANT),
)

round_inputs: Final = sa.Table(
    "round_inputs",
    metadata,
    sa.Column("round_id", sa.Uuid, primary_key=True),
    column("programme_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("held_at", INSTANT),
    column("layout", sa.Integer),
    column("referral_ids", IDS),
    column("supporter_ids", IDS),
    column("problem", sa.LargeBinary),
)
"""All that a round looked at, in numbers (``solving.keeping``). The ids stand apart, so that one can be taken out."""

round_fairness: Final = sa.Table(
    "round_fairness",
    metadata,
    sa.Column("round_id", sa.Uuid, primary_key=True),
    column("organisation_id", sa.Uuid),
    column("report", JSONB),
)
