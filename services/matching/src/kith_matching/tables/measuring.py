"""What people answered about how they are, and which instruments an organisation may ask."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from kith_matching.tables.metadata import CODES, INSTANT, column, key, metadata

measurements: Final = sa.Table(
    "measurements",
    metadata,
    key(),
    column("referral_id", sa.Uuid),
    column("of", sa.Text),
    column("programme_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("instrument", sa.Text),
    column("version", sa.Text),
    column("moment", sa.Text),
    column("taken_on", sa.Date),
    column("language", sa.Text),
    column("mode", sa.Text),
    column("helped_by", CODES),
    column("recorded_at", INSTANT),
    column("recorded_by", sa.Text),
    column("answers", JSONB(none_as_null=True), null=True),
    column("imported", JSONB(none_as_null=True), null=True),
    column("licence_holder", sa.Text, null=True),
    column("late", sa.Boolean),
    column("planned", sa.Boolean),
    column("risk_items", CODES),
)
"""Either answers or what was imported. Decimals in it are text, so that none is rounded on its way."""

own_measures: Final = sa.Table(
    "own_measures",
    metadata,
    key(),
    column("supporter_id", sa.Uuid),
    *(
        column(one.name, one.type, null=one.nullable is True)
        for one in measurements.columns
        if one.name not in {"id", "referral_id", "of", "late"}
    ),
)
"""What supporters answered about themselves."""

measure_declines: Final = sa.Table(
    "measure_declines",
    metadata,
    key(),
    column("match_id", sa.Uuid),
    column("referral_id", sa.Uuid),
    column("programme_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("of", sa.Text),
    column("moment", sa.Text),
    column("due_on", sa.Date),
    column("why", sa.Text),
    column("declined_on", sa.Date),
    column("recorded_at", INSTANT),
    column("recorded_by", sa.Text),
)
"""Who would rather not be asked what was due."""

instrument_licences: Final = sa.Table(
    "instrument_licences",
    metadata,
    sa.Column("organisation_id", sa.Uuid, primary_key=True),
    sa.Column("instrument", sa.Text, primary_key=True),
    column("reference", sa.Text),
    column("recorded_at", INSTANT),
    column("recorded_by", sa.Text),
)
