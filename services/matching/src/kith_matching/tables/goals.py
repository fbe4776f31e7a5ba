"""What people mean to reach."""

from typing import Final

import sqlalchemy as sa

from kith_matching.tables.metadata import column, key, metadata

goals: Final = sa.Table(
    "goals",
    metadata,
    key(),
    column("referral_id", sa.Uuid),
    column("programme_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("code", sa.Text),
    column("set_on", sa.Date),
    column("sealed_words", sa.LargeBinary, null=True),
    column("state", sa.Text),
    column("ended_on", sa.Date, null=True),
    column("version", sa.Integer),
)

goal_keys: Final = sa.Table(
    "goal_keys",
    metadata,
    key(),
    column("organisation_id", sa.Uuid),
    column("key", sa.LargeBinary),
    column("under", sa.LargeBinary, null=True),
)
"""What opens the words, each by the id of its goal."""

goal_looks: Final = sa.Table(
    "goal_looks",
    metadata,
    key(),
    column("goal_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("looked_on", sa.Date),
    column("at", sa.Text),
    column("near", sa.Integer),
)
