"""What a programme's definition holds it to, version by version; and what else a person would like to share."""

from alembic import op

revision = "0007"
down_revision = "0006"

# Null where the release before this one still writes.
STATEMENTS = (
    "alter table programmes add column terms jsonb",
    """
    create table programme_versions (
        programme_id uuid,
        version integer check (version > 0),
        terms jsonb not null,
        primary key (programme_id, version)
    )
    """,
    "alter table referrals add column connections jsonb",
    "alter table matches add column definition_version integer not null default 0",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
