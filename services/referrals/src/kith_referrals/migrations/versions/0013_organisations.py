"""Organisations: who works for one and which of its systems; how one closes; what went wrong; complaints; quality."""

from alembic import op

from kith_chassis.schema import restrict, secure

revision = "0013"
down_revision = "0012"

MEMBERS = (
    "alter table organisations add column keeps_members boolean not null default false",
    """
    create table members (
        id uuid primary key,
        organisation_id uuid not null,
        subject text not null,
        roles text[] not null,
        starts_on date not null,
        ends_on date,
        left_on date,
        version integer not null,
        unique (organisation_id, subject)
    )
    """,
    """
    create table machine_clients (
        id uuid primary key,
        organisation_id uuid not null,
        client_id text not null,
        subject text not null,
        roles text[] not null,
        expires_on date not null,
        revoked_at timestamptz,
        last_used_on date,
        version integer not null,
        unique (organisation_id, client_id)
    )
    """,
)

CLOSING = (
    "alter table organisations add column closes_on date, add column closed_at timestamptz",
    # Which programme follows which, by id. No key to organisations: those are never deleted.
    """
    create table closings (
        organisation_id uuid primary key,
        closes_on date not null,
        administrator text not null,
        successor_id uuid,
        successors jsonb not null,
        announced_at timestamptz not null,
        announced_by text not null
    )
    """,
)

LOGS = (
    "alter table referrals add column misdirected boolean not null default false",
    # Pseudonyms without keys to people and referrals: what went wrong stays on the log when somebody is erased.
    """
    create table breaches (
        id uuid primary key,
        organisation_id uuid not null,
        what text[] not null,
        found_at timestamptz not null,
        referral_id uuid,
        person_id uuid,
        containment text[] not null,
        ico_told_at timestamptz,
        ico_not_needed boolean not null,
        people_told_at timestamptz,
        people_not_told boolean not null,
        note text,
        version integer not null,
        due_at timestamptz,
        is_open boolean not null
    )
    """,
    "create index breaches_due on breaches (organisation_id, due_at, id)",
    """
    create table complaints (
        id uuid primary key,
        organisation_id uuid not null,
        category text not null,
        received_on date not null,
        answer_by date not null,
        programme_id uuid,
        referral_id uuid,
        words text,
        state text not null,
        acknowledged_on date,
        escalated_on date,
        answered_on date,
        closed_on date,
        outcome text,
        version integer not null,
        due_on date
    )
    """,
    "create index complaints_due on complaints (organisation_id, due_on, id)",
)

QUALITY = (
    # Days from the referral to the first session, in the middle; null where too few are known to say.
    "alter table programmes add column first_session_days integer",
    "create index referrals_supported on referrals (supported_at) where supported_at is not null",
)


def upgrade() -> None:
    """Make them. No organisation keeps a list of its members until it says so.

    What was sent to the wrong programme is its referrer's alone, whatever else shows it: so the rule stands beside the
    others and restricts them (``domain.referral.may_see``).
    """
    for statement in (*MEMBERS, *CLOSING, *LOGS, *QUALITY):
        op.execute(statement)
    secure(op, "members", "organisation_id = {org}")
    secure(op, "machine_clients", "organisation_id = {org}")
    secure(op, "closings", "organisation_id = {org}")
    secure(op, "breaches", "organisation_id = {org}")
    secure(op, "complaints", "organisation_id = {org}")
    restrict(op, "referrals", "misdirected", "not misdirected or referring_organisation_id = {org}")
