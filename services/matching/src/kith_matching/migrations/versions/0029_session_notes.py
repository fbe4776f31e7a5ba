"""Notes of sessions, sealed."""

from alembic import op

from kith_chassis.schema import secure

revision = "0029"
down_revision = "0028"

STATEMENTS = (
    """
    create table session_notes (
        id uuid primary key,
        session_id uuid not null references sessions (id),
        organisation_id uuid not null,
        author text not null,
        written_at timestamptz not null,
        sealed_words bytea not null,
        key bytea not null,
        under bytea generated always as (substr(key, 1, 8)) stored
    )
    """,
    "create index session_notes_of on session_notes (session_id, id)",
    "create index session_notes_under on session_notes (under)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    secure(op, "session_notes", "organisation_id = {org}")
