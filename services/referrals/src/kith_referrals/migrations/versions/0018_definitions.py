"""Programmes' definitions, every version of them; programmes to which nobody is referred; what else people share."""

from alembic import op

revision = "0018"
down_revision = "0017"

TABLE = """
    create table programme_definitions (
        programme_id uuid references programmes,
        version integer check (version > 0),
        document jsonb not null,
        approvals integer not null,
        applied_at timestamptz not null,
        primary key (programme_id, version)
    )
"""


def upgrade() -> None:
    """Add them. Definitions are public, as programmes are: no row of them is about a person."""
    op.execute(TABLE)
    op.execute(
        "alter table programmes add column definition_version integer not null default 0,"
        " add column referrable boolean not null default true"
    )
    op.execute("alter table referrals add column connections jsonb not null default '{}'")
