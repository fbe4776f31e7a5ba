"""Rounds over a programme's whole waiting list, and what the last of them says: picks, and what places are worth."""

from alembic import op

from kith_chassis.schema import secure

revision = "0006"
down_revision = "0005"

TABLES = (
    """
    create table rounds (
        id uuid primary key,
        programme_id uuid not null,
        organisation_id uuid not null,
        held_at timestamptz not null,
        people integer not null,
        supporters integer not null,
        pairs integer not null,
        matched integer not null,
        nobody integer not null,
        objective bigint not null,
        solver text not null,
        digest text not null,
        policy jsonb not null
    )
    """,
    "create index rounds_of on rounds (organisation_id, id)",
    """
    create table picks (
        referral_id uuid primary key,
        supporter_id uuid not null,
        programme_id uuid not null,
        organisation_id uuid not null,
        round_id uuid not null references rounds
    )
    """,
    "create index picks_of on picks (programme_id)",
    """
    create table prices (
        programme_id uuid,
        supporter_id uuid,
        organisation_id uuid not null,
        round_id uuid not null references rounds,
        points bigint not null check (points > 0),
        primary key (programme_id, supporter_id)
    )
    """,
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    for table in ("rounds", "picks", "prices"):
        secure(op, table, "organisation_id = {org}")
