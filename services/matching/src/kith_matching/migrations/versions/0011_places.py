"""Places in groups, taken, offered and waited for; mediators between two; and members who exchange what they can."""

from alembic import op

from kith_chassis.schema import secure

revision = "0011"
down_revision = "0012"

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
    # A party is a referral or a supporter: hence no foreign keys.
    """
    create table mediations (
        id uuid primary key,
        programme_id uuid not null,
        organisation_id uuid not null,
        first_kind text not null check (first_kind in ('referral', 'supporter')),
        first_id uuid not null,
        second_kind text not null check (second_kind in ('referral', 'supporter')),
        second_id uuid not null,
        mediator_id uuid not null references supporters (id),
        proposed_at timestamptz not null,
        answer_by timestamptz not null,
        state text not null check (
            state in ('awaiting-parties', 'awaiting-mediator', 'agreed', 'ended', 'declined', 'lapsed', 'withdrawn')
        ),
        first_agreed boolean not null,
        second_agreed boolean not null,
        declined_by text check (declined_by in ('first', 'second', 'mediator')),
        agreed_on date,
        outcome text,
        ended_on date,
        version integer not null,
        check ((ended_on is null) = (state in ('awaiting-parties', 'awaiting-mediator', 'agreed'))),
        check (first_agreed and second_agreed or state not in ('awaiting-mediator', 'agreed', 'ended')),
        check (first_id <> second_id and mediator_id not in (first_id, second_id))
    )
    """,
    "create index mediations_of on mediations (organisation_id, id)",
    "create index mediations_first on mediations (first_id)",
    "create index mediations_second on mediations (second_id)",
    """
    create unique index mediations_one_each on mediations (least(first_id, second_id), greatest(first_id, second_id))
    where ended_on is null
    """,
    """
    create index mediations_due on mediations (answer_by) where state in ('awaiting-parties', 'awaiting-mediator')
    """,
    """
    create table exchange_members (
        id uuid primary key,
        programme_id uuid not null,
        organisation_id uuid not null,
        needs text[] not null,
        skills text[] not null,
        times text[] not null,
        telephone text not null,
        state text not null check (state in ('on', 'resting')),
        version integer not null
    )
    """,
    "create index exchange_members_of on exchange_members (organisation_id, id)",
    "create index exchange_members_on on exchange_members (programme_id, id) where state = 'on'",
    """
    create table exchange_agreements (
        id uuid primary key,
        programme_id uuid not null,
        organisation_id uuid not null,
        first_id uuid not null references exchange_members (id),
        second_id uuid not null references exchange_members (id),
        asked_at timestamptz not null,
        state text not null check (state in ('asking', 'agreed', 'declined')),
        first_agreed boolean not null,
        second_agreed boolean not null,
        version integer not null,
        check ((first_agreed and second_agreed) = (state = 'agreed'))
    )
    """,
    "create index exchange_agreements_second on exchange_agreements (second_id)",
    """
    create unique index exchange_agreements_one_each
    on exchange_agreements (least(first_id, second_id), greatest(first_id, second_id))
    """,
    "create index exchange_agreements_first on exchange_agreements (first_id)",
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    for table in ("group_plans", "places", "mediations", "exchange_members", "exchange_agreements"):
        secure(op, table, "organisation_id = {org}")
