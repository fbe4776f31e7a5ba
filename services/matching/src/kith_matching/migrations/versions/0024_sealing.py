"""Sealing: under which key each note's key is wrapped, so that what is to be wrapped anew is found by an index."""

from alembic import op

revision = "0024"
down_revision = "0021"

STATEMENTS = (
    # Empty where nothing wraps it yet. A column: an index on the expression is not used behind row-level security.
    """
    alter table supervision_keys add column under bytea
    generated always as (case when octet_length(key) = 32 then ''::bytea else substr(key, 1, 8) end) stored
    """,
    "create index supervision_keys_under on supervision_keys (under)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
