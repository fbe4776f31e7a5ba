"""Of what else people were told, who saw what it is like, what went wrong, and what is given to read."""

from alembic import op

from kith_chassis.schema import secure

revision = "0028"
down_revision = "0027"

STATEMENTS = (
    """
    create table signposts (
        id uuid primary key,
        programme_id uuid not null,
        organisation_id uuid not null,
        entry_kind text not null check (entry_kind in ('programme', 'organisation')),
        entry_id uuid not null,
        told_on date not null,
        session_id uuid references sessions (id),
        contact_id uuid references contacts (id),
        referral_id uuid references referrals (id),
        went text check (went in ('went', 'did-not-go', 'turned-away')),
        version integer not null,
        check (session_id is null or contact_id is null),
        check (contact_id is null or referral_id is null)
    )
    """,
    "create index signposts_of on signposts (organisation_id, id)",
    "create index signposts_programme on signposts (programme_id)",
    "create index signposts_referral on signposts (referral_id, id) where referral_id is not null",
    """
    create table tasters (
        contact_id uuid primary key references contacts (id),
        referral_id uuid not null references referrals (id),
        organisation_id uuid not null
    )
    """,
    "create index tasters_referral on tasters (referral_id)",
    """
    create table incidents (
        id uuid primary key,
        organisation_id uuid not null,
        kind text not null,
        happened_on date not null,
        logged_at timestamptz not null,
        logged_by text not null,
        serious boolean not null,
        done text[] not null,
        referral_id uuid references referrals (id),
        supporter_id uuid references supporters (id),
        sealed_words bytea,
        closed_on date,
        closed_by text,
        version integer not null,
        check ((closed_on is null) = (closed_by is null))
    )
    """,
    "create index incidents_of on incidents (organisation_id, id)",
    "create index incidents_open on incidents (organisation_id, id) where closed_on is null",
    "create index incidents_referral on incidents (referral_id) where referral_id is not null",
    """
    create table incident_keys (
        id uuid primary key references incidents (id) on delete cascade,
        organisation_id uuid not null,
        key bytea not null,
        under bytea generated always as (substr(key, 1, 8)) stored
    )
    """,
    "create index incident_keys_under on incident_keys (under)",
    """
    create table incident_follow_ups (
        id uuid primary key,
        incident_id uuid not null references incidents (id) on delete cascade,
        organisation_id uuid not null,
        followed_up_on date not null,
        done text[] not null,
        by text not null
    )
    """,
    "create index incident_follow_ups_of on incident_follow_ups (incident_id, id)",
    """
    create table materials (
        id uuid primary key,
        programme_id uuid not null,
        organisation_id uuid not null,
        code text not null,
        since date not null,
        link text,
        digest text,
        edition integer not null check (edition > 0),
        replaces uuid unique references materials (id),
        unique (programme_id, code, edition),
        check (link is not null or digest is not null),
        check ((edition = 1) = (replaces is null))
    )
    """,
    "create index materials_of on materials (programme_id, id)",
    """
    create table material_givings (
        id uuid primary key,
        material_id uuid not null references materials (id),
        organisation_id uuid not null,
        given_on date not null,
        group_id uuid references groups (id),
        supporter_id uuid references supporters (id),
        check ((group_id is null) <> (supporter_id is null))
    )
    """,
    "create index material_givings_group on material_givings (group_id, id) where group_id is not null",
    "create index material_givings_supporter on material_givings (supporter_id, id) where supporter_id is not null",
)


TABLES = (
    *("signposts", "tasters", "incidents", "incident_keys", "incident_follow_ups"),
    *("materials", "material_givings"),
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    for table in TABLES:
        secure(op, table, "organisation_id = {org}")
