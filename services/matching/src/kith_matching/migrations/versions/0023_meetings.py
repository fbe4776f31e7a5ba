"""A record of each who attended a meeting, and with whom they came. Meetings from before have none until corrected."""

from alembic import op

from kith_chassis.schema import secure

revision = "0023"
down_revision = "0022"

STATEMENTS = (
    """
    create table attendances (
        session_id uuid not null references sessions (id),
        referral_id uuid not null references referrals (id),
        id uuid not null,
        organisation_id uuid not null,
        pair_with uuid,
        companions integer not null default 0,
        primary key (session_id, referral_id)
    )
    """,
    "create index attendances_referral on attendances (referral_id)",
    "create index attendances_pair on attendances (pair_with) where pair_with is not null",
    "alter table session_corrections add column came_with jsonb not null default '[]'",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    secure(op, "attendances", "organisation_id = {org}")
