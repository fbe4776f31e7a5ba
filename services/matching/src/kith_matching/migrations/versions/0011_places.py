"""Groups have plans, and places in them that people take, are offered or wait for."""

from alembic import op

from kith_chassis.schema import secure

revision = "0011"
down_revision = "0007"

TABLES = (
    """
    create table group_plans (
        group_id uuid primary key references groups (id),
        programme_id uuid not null,
        organisation_id uuid not null,
        places integer check (places >= 0),
        facilitators uuid[] not null,
        starts_on date not null,
        meetings integer check (meetings > 0),
        setting text,
        channel text not null,
        district text,
        version integer not null
    )
    """,
    "create index group_plans_of on group_plans (organisation_id, group_id)",
    """
    create table places (
        id uuid primary key,
        group_id uuid not null references group_plans (group_id),
        referral_id uuid not null references referrals (id),
        programme_id uuid not null,
        organisation_id uuid not null,
        comes_with integer not null check (comes_with in (0, 1)),
        state text not null check (
            state in ('waiting', 'offered', 'taken', 'left', 'declined', 'lapsed', 'withdrawn')
        ),
        joined_at timestamptz not null,
        answer_by timestamptz,
        ended_at timestamptz,
        version integer not null,
        check ((ended_at is null) = (state in ('waiting', 'offered', 'taken'))),
        check (answer_by is not null or state <> 'offered')
    )
    """,
    "create unique index places_one_each on places (group_id, referral_id) where ended_at is null",
    "create index places_of on places (group_id, id)",
    "create index places_referral on places (referral_id)",
    "create index places_due on places (answer_by) where state = 'offered'",
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    for table in ("group_plans", "places"):
        secure(op, table, "organisation_id = {org}")
