"""A record of each who attended a meeting. Meetings from before have none until they are corrected."""

from alembic import op

from kith_chassis.schema import secure

revision = "0023"
down_revision = "0020"

STATEMENTS = (
    """
    create table attendances (
        session_id uuid not null references sessions (id),
        referral_id uuid not null references referrals (id),
        id uuid not null,
        organisation_id uuid not null,
        primary key (session_id, referral_id)
    )
    """,
    "create index attendances_referral on attendances (referral_id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    secure(op, "attendances", "organisation_id = {org}")
