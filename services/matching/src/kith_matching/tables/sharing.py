"""What supporters disclose and avoid, and who is supported too: kept apart, so that no list of supporters has it."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from kith_matching.tables.metadata import CODES, column, metadata

disclosures: Final = sa.Table(
    "disclosures",
    metadata,
    sa.Column("supporter_id", sa.Uuid, primary_key=True),
    column("organisation_id", sa.Uuid),
    column("said", JSONB),
)
"""For each connection and code of which the supporter said something, who may see it."""

topics_to_avoid: Final = sa.Table(
    "topics_to_avoid",
    metadata,
    sa.Column("supporter_id", sa.Uuid, primary_key=True),
    column("organisation_id", sa.Uuid),
    column("codes", CODES),
)

hats: Final = sa.Table(
    "hats",
    metadata,
    sa.Column("supporter_id", sa.Uuid, primary_key=True),
    column("organisation_id", sa.Uuid),
    column("person_id", sa.Uuid),
)
"""By which pseudonym a supporter is supported themself, where they are."""
