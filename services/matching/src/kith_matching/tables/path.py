"""Supporters' paths: steps, checks, trainings and suspensions. Nothing is kept of what a check or a training says."""

from typing import Final

import sqlalchemy as sa

from kith_matching.tables.metadata import INSTANT, column, key, metadata

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

supporter_checks: Final = sa.Table(
    "supporter_checks",
    metadata,
    key(),
    column("supporter_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("body", sa.Text),
    column("level", sa.Text),
    column("workforce", sa.Text),
    column("eligibility", sa.Text),
    column("eligibility_reason", sa.Text),
    column("issued_on", sa.Date, null=True),
    column("looked_at_on", sa.Date, null=True),
    column("next_look_on", sa.Date, null=True),
    column("decision", sa.Text),
    column("number_ends", sa.Text, null=True),
)
"""One row for each time that a check was recorded; the last counts."""

supporter_trainings: Final = sa.Table(
    "supporter_trainings",
    metadata,
    key(),
    column("organisation_id", sa.Uuid),
    column("supporter_id", sa.Uuid, null=True),
    column("subject", sa.Text, null=True),
    column("code", sa.Text),
    column("finished_on", sa.Date),
    column("valid_until", sa.Date, null=True),
    column("credits", sa.Text, null=True),
    column("placement_weeks", sa.Integer, null=True),
)
"""Of a supporter, or by the issuer's opaque id (``subject``) of somebody who works for the organisation."""

supporter_suspensions: Final = sa.Table(
    "supporter_suspensions",
    metadata,
    key(),
    column("supporter_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("reason", sa.Text),
    column("before", sa.Text),
    column("suspended_at", INSTANT),
    column("lifted_at", INSTANT, null=True),
    column("outcome", sa.Text, null=True),
    column("version", sa.Integer),
)
"""Read for named roles alone. To everybody else the supporter rests."""

supporter_lapses: Final = sa.Table(
    "supporter_lapses",
    metadata,
    sa.Column("supporter_id", sa.Uuid, primary_key=True),
    sa.Column("good_until", sa.Date, primary_key=True),
    column("organisation_id", sa.Uuid),
    column("told_at", INSTANT),
)
"""Checks that ran out, each told once."""
