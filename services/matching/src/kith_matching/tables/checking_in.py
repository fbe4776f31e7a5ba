"""How supporters say they are, and when they were called."""

from typing import Final

import sqlalchemy as sa

from kith_matching.tables.metadata import CODES, INSTANT, column, key, metadata

check_ins: Final = sa.Table(
    "check_ins",
    metadata,
    key(),
    column("supporter_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("subject", sa.Text),
    column("said_at", INSTANT),
    column("feelings", CODES),
    column("shared", sa.Boolean),
)
"""A transaction sees those of the supporter it names, and what was shared."""

calls: Final = sa.Table(
    "calls",
    metadata,
    key(),
    column("supporter_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("called_by", sa.Text),
    column("held_on", sa.Date),
    column("channel", sa.Text),
    column("topics", CODES),
)
