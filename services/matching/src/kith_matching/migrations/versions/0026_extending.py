"""When a match is planned to end, how often it was extended, and whether somebody has come to depend on it."""

from alembic import op

revision = "0026"
down_revision = "0023"

STATEMENTS = (
    """
    alter table matches
        add column ends_on date,
        add column extensions integer not null default 0,
        add column balance_due_on date,
        add column balance text
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
