"""The first shape: supporters, what is known of programmes and referrals, proposals, matches and what took place."""

from alembic import op

from kith_chassis.schema import install_v1, secure

revision = "0001"
down_revision = None

TABLES = (
    """
    create table supporters (
        id uuid primary key,
        organisation_id uuid not null,
        name text not null,
        email text,
        telephone text,
        programme_ids uuid[] not null,
        state text not null check (state in ('active', 'paused', 'left')),
        capacity integer not null check (capacity >= 0),
        experience text[] not null,
        conditions text[] not null,
        interests text[] not null,
        languages text[] not null,
        districts text[] not null,
        channels text[] not null,
        meets text[] not null,
        checks_valid_until date,
        version integer not null
    )
    """,
    "create index supporters_of on supporters (organisation_id, id)",
    # Who asked for a supporter's name and address, and when. Never what they were told.
    """
    create table contact_reads (
        id uuid primary key,
        supporter_id uuid not null,
        organisation_id uuid not null,
        read_by text not null,
        read_at timestamptz not null
    )
    """,
    # Copies of what referrals published. A referral may come before its programme: hence no foreign keys.
    """
    create table programmes (
        id uuid primary key,
        organisation_id uuid not null,
        name text not null,
        minimum_age integer,
        maximum_age integer,
        checks_required boolean not null,
        channels text[] not null,
        weights jsonb not null
    )
    """,
    """
    create table referrals (
        id uuid primary key,
        person_id uuid not null,
        programme_id uuid not null,
        organisation_id uuid not null,
        received_on date not null,
        age_band text not null,
        district text,
        language text not null,
        needs text[] not null,
        conditions text[] not null,
        interests text[] not null,
        requested text[] not null,
        channels text[] not null,
        urgent boolean not null,
        consented boolean not null default true,
        decision text,
        closed_reason text,
        closed_on date,
        waiting boolean not null default true
    )
    """,
    """
    create index referrals_waiting on referrals (organisation_id, received_on, id)
    where waiting and consented and decision = 'accepted' and closed_reason is null
    """,
    """
    create table proposals (
        id uuid primary key,
        referral_id uuid not null references referrals (id),
        supporter_id uuid not null references supporters (id),
        programme_id uuid not null,
        organisation_id uuid not null,
        score bigint not null,
        parts jsonb not null,
        state text not null check (
            state in ('awaiting-person', 'awaiting-supporter', 'agreed', 'declined', 'lapsed', 'withdrawn')
        ),
        proposed_at timestamptz not null,
        answer_by timestamptz not null,
        ended_at timestamptz,
        version integer not null,
        check ((ended_at is null) = (state in ('awaiting-person', 'awaiting-supporter')))
    )
    """,
    "create unique index proposals_one_open on proposals (referral_id) where ended_at is null",
    "create index proposals_holding on proposals (supporter_id) where ended_at is null",
    "create index proposals_due on proposals (answer_by) where ended_at is null",
    "create index proposals_declined on proposals (referral_id, supporter_id) where state = 'declined'",
    """
    create table matches (
        id uuid primary key,
        proposal_id uuid not null unique references proposals (id),
        referral_id uuid not null references referrals (id),
        supporter_id uuid not null references supporters (id),
        programme_id uuid not null,
        organisation_id uuid not null,
        made_on date not null,
        review_on date not null,
        ending text,
        ended_on date,
        version integer not null,
        check ((ending is null) = (ended_on is null))
    )
    """,
    "create index matches_of on matches (organisation_id, id)",
    "create unique index matches_one_running on matches (referral_id) where ended_on is null",
    "create index matches_holding on matches (supporter_id) where ended_on is null",
    """
    create table groups (
        id uuid primary key,
        programme_id uuid not null,
        organisation_id uuid not null
    )
    """,
    """
    create table sessions (
        id uuid primary key,
        programme_id uuid not null,
        organisation_id uuid not null,
        held_on date not null,
        outcome text not null,
        minutes integer not null,
        channel text not null,
        topics text[] not null,
        supporter_ids uuid[] not null,
        referral_id uuid references referrals (id),
        match_id uuid references matches (id),
        group_id uuid references groups (id),
        attended_referral_ids uuid[] not null,
        check ((match_id is null) <> (group_id is null))
    )
    """,
    "create index sessions_of on sessions (organisation_id, id)",
    """
    create table contacts (
        id uuid primary key,
        programme_id uuid not null,
        organisation_id uuid not null,
        held_on date not null,
        kind text not null,
        people integer not null,
        topics text[] not null,
        district text,
        supporter_id uuid references supporters (id)
    )
    """,
    "create index contacts_of on contacts (organisation_id, id)",
)

SECURED = (
    "supporters",
    "contact_reads",
    "referrals",
    "proposals",
    "matches",
    "groups",
    "sessions",
    "contacts",
)


def upgrade() -> None:
    install_v1(op)
    for statement in TABLES:
        op.execute(statement)
    for table in SECURED:
        secure(op, table, "organisation_id = {org}")
