"""Mappings of exports that organisations keep; and lists of referrals that stand somewhere, found by an index."""

from alembic import op

from kith_chassis.schema import secure

revision = "0012"
down_revision = "0011"

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
INDEXES = (
    "create index referrals_referring_status on referrals (referring_organisation_id, status, id)",
    "create index referrals_programme_status on referrals (programme_organisation_id, status, id)",
    # In the place of one that kept those that were closed unread, of which there are ever more.
    """
    create index referrals_notes_waiting on referrals (programme_organisation_id, id)
        where notes_waited and notes_read_at is null and closed_at is null
    """,
    "drop index referrals_notes_unread",
)


def upgrade() -> None:
    """Make the table, of which an organisation sees its own, and the indexes.

    With a million referrals each index takes a second or two, in which no referral is made or moved (seen: 1.4 s and
    1.0 s); the old code waits for them.
    """
    op.execute(MAPPINGS)
    secure(op, "import_mappings", "organisation_id = {org}")
    for statement in INDEXES:
        op.execute(statement)
