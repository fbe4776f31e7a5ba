"""Concerns: the desks that answer them, what was said, what was shared. Risk items are concerns from now on."""

from alembic import op

from kith_chassis.schema import secure

revision = "0021"
down_revision = "0020"

STATEMENTS = (
    """
    create table duty_desks (
        id uuid primary key,
        organisation_id uuid not null,
        districts text[] not null,
        mailboxes jsonb not null,
        nation text not null,
        opens_at time not null,
        closes_at time not null,
        acknowledge_within interval not null,
        decide_within interval not null,
        chase_after_days integer not null,
        crisis_lines jsonb not null,
        version integer not null,
        check (opens_at < closes_at)
    )
    """,
    "create index duty_desks_of on duty_desks (organisation_id, id)",
    # Nothing here points to another table: a concern is kept whatever becomes of what it is about.
    """
    create table concerns (
        id uuid primary key,
        organisation_id uuid not null,
        grounds text not null,
        raised_at timestamptz not null,
        acknowledge_by timestamptz not null,
        decide_by timestamptz not null,
        raised_by text,
        about text,
        about_id uuid,
        referral_id uuid,
        programme_id uuid,
        desk_id uuid,
        acknowledged_at timestamptz,
        acknowledged_by text,
        decided_at timestamptz,
        decided_by text,
        decision text,
        version integer not null,
        check (num_nulls(about, about_id) in (0, 2)),
        check (num_nulls(acknowledged_at, acknowledged_by) in (0, 2)),
        check (num_nulls(decided_at, decided_by, decision) in (0, 3)),
        check (acknowledged_at is not null or decided_at is null)
    )
    """,
    "create index concerns_open on concerns (organisation_id, id) where decided_at is null",
    "create index concerns_raised_by on concerns (raised_by, id) where raised_by is not null",
    "create index concerns_of on concerns (referral_id) where referral_id is not null",
    # Destroyed with its row, a word is gone; what opens it beside itself is in no database.
    """
    create table concern_words (
        id uuid primary key,
        concern_id uuid not null references concerns (id),
        organisation_id uuid not null,
        of text not null check (of in ('raised', 'shared', 'decided')),
        sealed bytea not null,
        key bytea not null,
        under bytea generated always as (substr(key, 1, 8)) stored
    )
    """,
    "create index concern_words_under on concern_words (under)",
    "create index concern_words_of on concern_words (concern_id, id)",
    """
    create table concern_sharings (
        id uuid primary key,
        concern_id uuid not null references concerns (id),
        organisation_id uuid not null,
        shared_with text not null,
        items text[] not null,
        shared_at timestamptz not null,
        shared_by text not null,
        answer_by date not null,
        receiving_organisation_id uuid,
        answered_on date
    )
    """,
    "create index concern_sharings_of on concern_sharings (concern_id, id)",
    "create index concern_sharings_open on concern_sharings (organisation_id, answer_by) where answered_on is null",
    # What nobody has acknowledged of the risk items waits on, as a concern under the measurement's id.
    """
    insert into concerns (id, organisation_id, grounds, raised_at, acknowledge_by, decide_by, about, about_id,
        referral_id, programme_id, version)
    select id, organisation_id, 'risk-item', recorded_at, recorded_at, recorded_at, 'referral', referral_id,
        referral_id, programme_id, 1
    from measurements where cardinality(risk_items) > 0 and acknowledged_at is null
    """,
    "drop index measurements_at_risk",
    "alter table measurements drop column acknowledged_at, drop column acknowledged_by",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    for table in ("duty_desks", "concerns", "concern_words", "concern_sharings"):
        secure(op, table, "organisation_id = {org}")
