"""Erasure and legal hold: where a person's record stands, and what is left of it."""

from alembic import op

revision = "0010"
down_revision = "0008"

STATEMENTS = (
    # Constants as defaults: no row is written anew. The code before this one leaves them as they are.
    """
    alter table people
        add column held boolean not null default false,
        add column erasure_state text not null default 'active',
        add column erasure_rule text,
        add column erasure_basis text,
        add column erasure_by text,
        add column erasure_decided_at timestamptz,
        add column erased_on date
    """,
    "create index people_erasing on people (erasure_decided_at, id) where erasure_state = 'restricted'",
    # What the network's operator put; it holds nothing about anybody.
    """
    create table retention_schedule (
        only_row boolean primary key default true check (only_row),
        rules jsonb not null,
        put_at timestamptz not null,
        put_by text not null
    )
    """,
    # A row that waits is found by the reference of whom it may be.
    """
    create index imported_rows_duplicate_of on imported_rows (organisation_id, duplicate_of)
        where duplicate_of is not null
    """,
    "create index imported_rows_referral on imported_rows (referral_id) where referral_id is not null",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
