"""Who asked for an interpreter, and which were booked."""

from alembic import op

from kith_chassis.schema import secure

revision = "0039"
down_revision = "0038"

STATEMENTS = (
    "alter table referrals add column interpreter text",
    "create index referrals_interpreted on referrals (id) where interpreter is not null",
    """
    create table interpreters (
        id uuid primary key,
        match_id uuid not null references matches (id),
        referral_id uuid not null references referrals (id),
        programme_id uuid not null,
        organisation_id uuid not null,
        language text not null,
        provider text not null,
        channel text not null,
        starts_at timestamptz not null,
        ends_at timestamptz not null check (ends_at > starts_at),
        cancelled_at timestamptz,
        version integer not null
    )
    """,
    "create index interpreters_match on interpreters (match_id, ends_at)",
    "create index interpreters_referral on interpreters (referral_id)",
)


def upgrade() -> None:
    """Make them. A referral that was told of before has no interpreter here."""
    for statement in STATEMENTS:
        op.execute(statement)
    secure(op, "interpreters", "organisation_id = {org}")
