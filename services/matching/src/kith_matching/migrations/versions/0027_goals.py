"""What people mean to reach, with their own words sealed; and how near they said they were."""

from alembic import op

from kith_chassis.schema import secure

revision = "0027"
down_revision = "0025"

STATEMENTS = (
    """
    create table goals (
        id uuid primary key,
        referral_id uuid not null references referrals (id),
        programme_id uuid not null,
        organisation_id uuid not null,
        code text not null,
        set_on date not null,
        sealed_words bytea,
        state text not null check (state in ('open', 'reached', 'changed', 'let-go')),
        ended_on date,
        version integer not null,
        check ((state = 'open') = (ended_on is null))
    )
    """,
    "create index goals_referral on goals (referral_id, id)",
    """
    create table goal_keys (
        id uuid primary key references goals (id) on delete cascade,
        organisation_id uuid not null,
        key bytea not null,
        under bytea generated always as (substr(key, 1, 8)) stored
    )
    """,
    "create index goal_keys_under on goal_keys (under)",
    """
    create table goal_looks (
        id uuid primary key,
        goal_id uuid not null references goals (id) on delete cascade,
        organisation_id uuid not null,
        looked_on date not null,
        at text not null check (at in ('session', 'review', 'ending')),
        near integer not null check (near between 0 and 10)
    )
    """,
    "create index goal_looks_goal on goal_looks (goal_id, id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    for table in ("goals", "goal_keys", "goal_looks"):
        secure(op, table, "organisation_id = {org}")
