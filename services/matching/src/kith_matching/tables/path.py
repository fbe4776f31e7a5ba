"""Supporters' paths."""

from typing import Final

import sqlalchemy as sa

from kith_matching.tables.metadata import column, key, metadata

supporter_steps: Final = sa.Table(
    "supporter_steps",
    metadata,
    key(),
    column("supporter_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("kind", sa.Text),
    column("step", sa.Text),
    column("begun_on", sa.Date),
    column("finished_on", sa.Date, null=True),
    column("given_up", sa.Boolean),
    column("destination", sa.Text, null=True),
)
"""One row for each time that somebody was in a state or on a step."""
