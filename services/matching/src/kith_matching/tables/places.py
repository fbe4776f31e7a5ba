"""What groups and slots are planned to be, and the places in them."""

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
    column("slot_starts_at", INSTANT, null=True),
    column("slot_minutes", sa.Integer, null=True),
    column("slot_times", sa.Text, null=True),
    column("slot_cancelled_at", INSTANT, null=True),
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
    column("begins_at", INSTANT, null=True),
    column("taken_at", INSTANT, null=True),
)
"""Nothing of them changes but under the lock of their group's row."""
