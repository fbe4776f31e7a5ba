"""What programmes give to read, and who was given which edition."""

from typing import Final

import sqlalchemy as sa

from kith_matching.tables.metadata import column, key, metadata

materials: Final = sa.Table(
    "materials",
    metadata,
    key(),
    column("programme_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("code", sa.Text),
    column("since", sa.Date),
    column("link", sa.Text, null=True),
    column("digest", sa.Text, null=True),
    column("edition", sa.Integer),
    column("replaces", sa.Uuid, null=True),
)

material_givings: Final = sa.Table(
    "material_givings",
    metadata,
    key(),
    column("material_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("given_on", sa.Date),
    column("group_id", sa.Uuid, null=True),
    column("supporter_id", sa.Uuid, null=True),
)
