"""Visits to people's homes: when they are planned, and when somebody checked in and out."""

from alembic import op

from kith_chassis.schema import secure

revision = "0020"
down_revision = "0019"

STATEMENTS = (
    """
    create table visits (
        id uuid primary key,
        match_id uuid not null references matches (id),
        referral_id uuid not null references referrals (id),
        supporter_id uuid not null references supporters (id),
        programme_id uuid not null,
        organisation_id uuid not null,
        starts_at timestamptz not null,
        ends_at timestamptz not null,
        checked_in_at timestamptz,
        checked_out_at timestamptz,
        cancelled_at timestamptz,
        version integer not null,
        check (starts_at < ends_at),
        check (checked_in_at is not null or checked_out_at is null),
        check (cancelled_at is null or checked_in_at is null)
    )
    """,
    """
    create index visits_open on visits (organisation_id, starts_at)
    where checked_out_at is null and cancelled_at is null
    """,
    "create index visits_supporter on visits (supporter_id, id)",
    "create index visits_referral on visits (referral_id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    secure(op, "visits", "organisation_id = {org}")
