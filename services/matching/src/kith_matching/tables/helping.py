"""What people say of the support they get."""

from typing import Final

import sqlalchemy as sa

from kith_matching.tables.metadata import INSTANT, column, key, metadata

helpings: Final = sa.Table(
    "helpings",
    metadata,
    key(),
    column("match_id", sa.Uuid, null=True),
    column("referral_id", sa.Uuid),
    column("programme_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("asked_on", sa.Date),
    column("moment", sa.Text),
    column("said", sa.Text),
    column("seen_by", sa.Text, null=True),
    column("seen_at", INSTANT, null=True),
    column("version", sa.Integer),
    column("review_on", sa.Date, null=True),
)
"""``match_id`` is null of what was said of groups, courses and slots."""

comings: Final = sa.Table(
    "comings",
    metadata,
    sa.Column("referral_id", sa.Uuid, primary_key=True),
    column("programme_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("first_on", sa.Date, null=True),
    column("second_on", sa.Date, null=True),
    column("last_on", sa.Date, null=True),
    column("limits_explained", sa.Boolean),
    column("asked_on", sa.Date, null=True),
    column("reviewed_on", sa.Date, null=True),
    column("stopped", sa.Boolean),
)
"""How each who was referred came to meetings, and when they were asked: what is due of it hangs on this.

A meeting and its corrections are kept first; the days here follow from them.
"""
