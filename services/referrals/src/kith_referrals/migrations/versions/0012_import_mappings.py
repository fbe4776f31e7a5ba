"""Mappings of exports, kept by an organisation under a name, every version of them."""

from alembic import op

from kith_chassis.schema import secure

revision = "0012"
down_revision = "0008"

MAPPINGS = """
    create table import_mappings (
        organisation_id uuid not null,
        name text not null,
        version integer not null,
        id uuid not null,
        mapping jsonb not null,
        saved_at timestamptz not null,
        saved_by text not null,
        primary key (organisation_id, name, version)
    )
"""


def upgrade() -> None:
    """Make the table: an organisation sees its own."""
    op.execute(MAPPINGS)
    secure(op, "import_mappings", "organisation_id = {org}")
