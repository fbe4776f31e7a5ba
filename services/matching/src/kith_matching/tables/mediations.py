"""Mediations between two in a dispute."""

from typing import Final

import sqlalchemy as sa

from kith_matching.tables.metadata import INSTANT, column, key, metadata

mediations: Final = sa.Table(
    "mediations",
    metadata,
    key(),
    column("programme_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("first_kind", sa.Text),
    column("first_id", sa.Uuid),
    column("second_kind", sa.Text),
    column("second_id", sa.Uuid),
    column("mediator_id", sa.Uuid),
    column("proposed_at", INSTANT),
    column("answer_by", INSTANT),
    column("state", sa.Text),
    column("first_agreed", sa.Boolean),
    column("second_agreed", sa.Boolean),
    column("declined_by", sa.Text, null=True),
    column("agreed_on", sa.Date, null=True),
    column("outcome", sa.Text, null=True),
    column("ended_on", sa.Date, null=True),
    column("version", sa.Integer),
)
