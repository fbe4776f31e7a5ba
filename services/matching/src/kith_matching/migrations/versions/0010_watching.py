"""Rounds that hold themselves, what they looked at and how fair they were; and people whom nobody could take."""

from alembic import op

from kith_chassis.schema import secure

revision = "0010"
down_revision = "0007"

TABLES = (
    """
    create table turns (
        programme_id uuid primary key,
        organisation_id uuid not null,
        looked_at timestamptz,
        refused_at timestamptz,
        refused text
    )
    """,
    """
    create table unplaceable (
        referral_id uuid primary key,
        programme_id uuid not null,
        organisation_id uuid not null,
        since timestamptz not null,
        rules text[] not null,
        would_change text,
        supporters integer not null,
        told_at timestamptz not null,
        looked_at timestamptz not null
    )
    """,
    "create index unplaceable_of on unplaceable (organisation_id, referral_id)",
    "create index unplaceable_in on unplaceable (programme_id)",
    """
    create table round_inputs (
        round_id uuid primary key references rounds,
        programme_id uuid not null,
        organisation_id uuid not null,
        held_at timestamptz not null,
        layout integer not null,
        referral_ids uuid[] not null,
        supporter_ids uuid[] not null,
        problem bytea not null
    )
    """,
    "create index round_inputs_of on round_inputs (programme_id)",
    "create index round_inputs_age on round_inputs (held_at)",
    """
    create table round_fairness (
        round_id uuid primary key references rounds,
        organisation_id uuid not null,
        report jsonb not null
    )
    """,
    "create index rounds_in on rounds (programme_id, held_at)",
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    for table in ("turns", "unplaceable", "round_inputs", "round_fairness"):
        secure(op, table, "organisation_id = {org}")
