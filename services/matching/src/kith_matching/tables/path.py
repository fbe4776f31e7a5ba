"""Supporters' paths: steps, checks and trainings. Of a check or a training nothing is kept of what it says."""

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
