"""What went wrong, and what was done about it."""

from typing import Final

import sqlalchemy as sa

from kith_matching.tables.metadata import CODES, INSTANT, column, key, metadata

incidents: Final = sa.Table(
    "incidents",
    metadata,
    key(),
    column("organisation_id", sa.Uuid),
    column("kind", sa.Text),
    column("happened_on", sa.Date),
    column("logged_at", INSTANT),
    column("logged_by", sa.Text),
    column("serious", sa.Boolean),
    column("done", CODES),
    column("referral_id", sa.Uuid, null=True),
    column("supporter_id", sa.Uuid, null=True),
    column("sealed_words", sa.LargeBinary, null=True),
    column("closed_on", sa.Date, null=True),
    column("closed_by", sa.Text, null=True),
    column("version", sa.Integer),
)

incident_keys: Final = sa.Table(
    "incident_keys",
    metadata,
    key(),
    column("organisation_id", sa.Uuid),
    column("key", sa.LargeBinary),
    column("under", sa.LargeBinary, null=True),
)
"""What opens the words, each by the id of its incident."""

incident_follow_ups: Final = sa.Table(
    "incident_follow_ups",
    metadata,
    key(),
    column("incident_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("followed_up_on", sa.Date),
    column("done", CODES),
    column("by", sa.Text),
)
