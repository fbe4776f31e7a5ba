"""What groups are planned to be, and the places in them."""

from typing import Final

import sqlalchemy as sa

from kith_matching.tables.metadata import IDS, INSTANT, column, key, metadata

group_plans: Final = sa.Table(
    "group_plans",
    metadata,
    sa.Column("group_id", sa.Uuid, primary_key=True),
    column("programme_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("places", sa.Integer, null=True),
    column("facilitators", IDS),
    column("starts_on", sa.Date),
    column("meetings", sa.Integer, null=True),
    column("setting", sa.Text, null=True),
    column("channel", sa.Text),
    column("district", sa.Text, null=True),
    column("version", sa.Integer),
)

places: Final = sa.Table(
    "places",
    metadata,
    key(),
    column("group_id", sa.Uuid),
    column("referral_id", sa.Uuid),
    column("programme_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("comes_with", sa.Integer),
    column("state", sa.Text),
    column("joined_at", INSTANT),
    column("answer_by", INSTANT, null=True),
    column("ended_at", INSTANT, null=True),
    column("version", sa.Integer),
)
"""Nothing of them changes but under the lock of their group's row."""
