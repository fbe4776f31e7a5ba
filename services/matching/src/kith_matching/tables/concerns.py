"""Concerns, their sealed words, what was shared of them, and the desks that answer."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from kith_matching.tables.metadata import CODES, INSTANT, column, key, metadata

duty_desks: Final = sa.Table(
    "duty_desks",
    metadata,
    key(),
    column("organisation_id", sa.Uuid),
    column("districts", CODES),
    column("mailboxes", JSONB),
    column("nation", sa.Text),
    column("opens_at", sa.Time),
    column("closes_at", sa.Time),
    column("acknowledge_within", sa.Interval),
    column("decide_within", sa.Interval),
    column("chase_after_days", sa.Integer),
    column("crisis_lines", JSONB),
    column("version", sa.Integer),
    column("programme_id", sa.Uuid, null=True),
)
concerns: Final = sa.Table(
    "concerns",
    metadata,
    key(),
    column("organisation_id", sa.Uuid),
    column("grounds", sa.Text),
    column("raised_at", INSTANT),
    column("acknowledge_by", INSTANT),
    column("decide_by", INSTANT),
    column("raised_by", sa.Text, null=True),
    column("about", sa.Text, null=True),
    column("about_id", sa.Uuid, null=True),
    column("referral_id", sa.Uuid, null=True),
    column("programme_id", sa.Uuid, null=True),
    column("desk_id", sa.Uuid, null=True),
    column("acknowledged_at", INSTANT, null=True),
    column("acknowledged_by", sa.Text, null=True),
    column("decided_at", INSTANT, null=True),
    column("decided_by", sa.Text, null=True),
    column("decision", sa.Text, null=True),
    column("version", sa.Integer),
)
concern_words: Final = sa.Table(
    "concern_words",
    metadata,
    key(),
    column("concern_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("of", sa.Text),
    column("sealed", sa.LargeBinary),
    column("key", sa.LargeBinary),
    column("under", sa.LargeBinary, null=True),
)
"""Each text with its wrapped key; the database takes from that the id of the sealing key that wraps it (``under``)."""
concern_sharings: Final = sa.Table(
    "concern_sharings",
    metadata,
    key(),
    column("concern_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("shared_with", sa.Text),
    column("items", CODES),
    column("shared_at", INSTANT),
    column("shared_by", sa.Text),
    column("answer_by", sa.Date),
    column("receiving_organisation_id", sa.Uuid, null=True),
    column("answered_on", sa.Date, null=True),
    column("told_at", INSTANT, null=True),
)
"""``told_at`` is when its desk was told that nobody had answered by the day."""
