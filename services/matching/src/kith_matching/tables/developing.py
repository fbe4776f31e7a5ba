"""What supporters do, can do and mean to learn."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from kith_matching.tables.metadata import CODES, column, key, metadata

assessments: Final = sa.Table(
    "assessments",
    metadata,
    key(),
    column("supporter_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("assessed_by", sa.Text),
    column("assessed_on", sa.Date),
    column("levels", JSONB),
)

developments: Final = sa.Table(
    "developments",
    metadata,
    sa.Column("supporter_id", sa.Uuid, primary_key=True),
    column("organisation_id", sa.Uuid),
    column("roles", CODES),
    column("functions", CODES),
    column("aims", CODES),
    column("review_on", sa.Date, null=True),
    column("version", sa.Integer),
)
