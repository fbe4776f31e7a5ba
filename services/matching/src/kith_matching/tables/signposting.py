"""Of what else people were told, and whose taster a contact was."""

from typing import Final

import sqlalchemy as sa

from kith_matching.tables.metadata import column, key, metadata

signposts: Final = sa.Table(
    "signposts",
    metadata,
    key(),
    column("programme_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
    column("entry_kind", sa.Text),
    column("entry_id", sa.Uuid),
    column("told_on", sa.Date),
    column("session_id", sa.Uuid, null=True),
    column("contact_id", sa.Uuid, null=True),
    column("referral_id", sa.Uuid, null=True),
    column("went", sa.Text, null=True),
    column("version", sa.Integer),
)

tasters: Final = sa.Table(
    "tasters",
    metadata,
    sa.Column("contact_id", sa.Uuid, primary_key=True),
    column("referral_id", sa.Uuid),
    column("organisation_id", sa.Uuid),
)
