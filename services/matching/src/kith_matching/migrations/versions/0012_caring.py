"""Looking after supporters: the support they receive, what they can do, and what they did."""

from alembic import op

from kith_chassis.schema import restrict, secure

revision = "0012"
down_revision = "0008"

TABLES = (
    """
    create table supervisions (
        id uuid primary key,
        meeting_id uuid not null,
        supporter_id uuid not null references supporters (id),
        organisation_id uuid not null,
        kind text not null check (kind in ('one-to-one', 'group')),
        held_on date not null,
        minutes integer not null check (minutes > 0),
        supervisor text not null,
        prompts text[] not null,
        sealed_note bytea
    )
    """,
    "create index supervisions_of on supervisions (supporter_id, held_on)",
    # What opens a note. Destroyed, it closes the note for good, in every copy that was made without it.
    """
    create table supervision_keys (
        id uuid primary key references supervisions (id),
        supporter_id uuid not null references supporters (id),
        organisation_id uuid not null,
        supervisor text not null,
        key bytea not null
    )
    """,
    # Who is active now counts from the day of this migration: when they became so was not kept.
    """
    create table rhythms (
        supporter_id uuid primary key references supporters (id),
        organisation_id uuid not null,
        active_since date,
        last_on date,
        weeks integer check (weeks > 0),
        due_on date generated always as (
            case when active_since is not null then greatest(active_since, last_on) + weeks * 7 end
        ) stored
    )
    """,
    "create index rhythms_due on rhythms (organisation_id, due_on, supporter_id) where due_on is not null",
    """
    create table assessments (
        id uuid primary key,
        supporter_id uuid not null references supporters (id),
        organisation_id uuid not null,
        assessed_by text not null check (assessed_by in ('supporter', 'coordinator')),
        assessed_on date not null,
        levels jsonb not null
    )
    """,
    "create index assessments_of on assessments (supporter_id)",
    """
    create table developments (
        supporter_id uuid primary key references supporters (id),
        organisation_id uuid not null,
        roles text[] not null,
        functions text[] not null,
        aims text[] not null,
        review_on date,
        version integer not null,
        check (aims = '{}' or review_on is not null)
    )
    """,
    """
    create table looked_after (
        kind text check (kind in ('supporter', 'referral', 'match')),
        about_id uuid,
        organisation_id uuid not null,
        coordinator text not null,
        primary key (kind, about_id)
    )
    """,
    "create index looked_after_by on looked_after (organisation_id, coordinator, kind, about_id)",
    """
    create table handovers (
        id uuid primary key,
        organisation_id uuid not null,
        from_coordinator text,
        to_coordinator text not null,
        arranged_by text not null,
        handed_at timestamptz not null,
        supporters integer not null,
        referrals integer not null,
        matches integer not null
    )
    """,
    "create index handovers_of on handovers (organisation_id, id)",
    "alter table supporters add column subject text",
    """
    create table check_ins (
        id uuid primary key,
        supporter_id uuid not null references supporters (id),
        organisation_id uuid not null,
        subject text not null,
        said_at timestamptz not null,
        feelings text[] not null,
        shared boolean not null
    )
    """,
    "create index check_ins_of on check_ins (supporter_id, id)",
    "create index check_ins_shared on check_ins (organisation_id, id) where shared",
    """
    create table calls (
        id uuid primary key,
        supporter_id uuid not null references supporters (id),
        organisation_id uuid not null,
        called_by text not null,
        held_on date not null,
        channel text not null,
        topics text[] not null
    )
    """,
    "create index calls_of on calls (supporter_id, id)",
    # Of organisations that were told of before there is no row until they are told again.
    "create table organisations (id uuid primary key, name text not null)",
    "create index sessions_supporters on sessions using gin (supporter_ids)",
    "alter table qualities add column supervision_on_time integer",
)

SECURED = (
    *("supervisions", "supervision_keys", "rhythms", "assessments", "developments"),
    *("looked_after", "handovers", "check_ins", "calls"),
)
ASKING = "nullif(current_setting('kith.subject', true), '')"


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    for table in SECURED:
        secure(op, table, "organisation_id = {org}")
    restrict(op, "supervision_keys", "author", f"supervisor = {ASKING}")
    restrict(op, "check_ins", "author", f"shared or subject = {ASKING}")
