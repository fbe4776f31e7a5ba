"""Erasure and legal hold; the schedule of retention; requests of people who asked what is known of them."""

from alembic import op

from kith_chassis.schema import secure

revision = "0010"
down_revision = "0009"

STATEMENTS = (
    # Constants as defaults: no row is written anew. The code before this one leaves them as they are.
    """
    alter table people
        add column held boolean not null default false,
        add column erasure_state text not null default 'active',
        add column erasure_rule text,
        add column erasure_basis text,
        add column erasure_by text,
        add column erasure_decided_at timestamptz,
        add column erased_on date
    """,
    "create index people_erasing on people (erasure_decided_at, id) where erasure_state = 'restricted'",
    # What the network's operator put; it holds nothing about anybody.
    """
    create table retention_schedule (
        only_row boolean primary key default true check (only_row),
        rules jsonb not null,
        put_at timestamptz not null,
        put_by text not null
    )
    """,
    # Who asked what is known of them, and by when they are answered.
    """
    create table subject_access_requests (
        id uuid primary key,
        person_id uuid not null references people,
        organisation_id uuid not null,
        asked_on date not null,
        due_on date not null,
        opened_by text not null,
        version integer not null,
        closed_on date,
        outcome text
    )
    """,
    "create index subject_access_requests_of on subject_access_requests (organisation_id, id)",
    "create index subject_access_requests_person on subject_access_requests (person_id)",
    # When each record is looked at again, and those whose time is over: a human decides.
    """
    create table retention_looks (
        person_id uuid primary key references people,
        organisation_id uuid not null,
        look_again_on date not null
    )
    """,
    """
    create table retention_reviews (
        id uuid primary key,
        person_id uuid not null references people,
        organisation_id uuid not null,
        record text not null,
        source text not null,
        kept_until date not null,
        opened_on date not null,
        version integer not null,
        decision text,
        keep_until date,
        decided_by text,
        decided_on date
    )
    """,
    "create unique index retention_reviews_one_open on retention_reviews (person_id) where decision is null",
    "create index retention_reviews_open on retention_reviews (organisation_id, id) where decision is null",
    # A row that waits is found by the reference of whom it may be.
    """
    create index imported_rows_duplicate_of on imported_rows (organisation_id, duplicate_of)
        where duplicate_of is not null
    """,
    "create index imported_rows_referral on imported_rows (referral_id) where referral_id is not null",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    for table in ("subject_access_requests", "retention_looks", "retention_reviews"):
        secure(op, table, "organisation_id = {org}")
