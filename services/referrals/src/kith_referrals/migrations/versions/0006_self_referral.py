"""Self-referral: the form's key and counts, private links, invitations, and notes that wait to be read."""

from alembic import op

from kith_chassis.schema import secure

revision = "0006"
down_revision = "0005"

COLUMNS = (
    """
    alter table programmes
        add column crisis_lines jsonb not null default '[]'
    """,
    """
    alter table referrals
        add column notes_waited boolean not null default false,
        add column notes_read_at timestamptz,
        add column notes_read_by text
    """,
    # Notes of rows that were imported before this rule, where something may still be decided.
    """
    update referrals set notes_waited = true
    from imported_rows
    where imported_rows.referral_id = referrals.id and referrals.notes is not null and referrals.closed_at is null
    """,
    """
    create index referrals_notes_unread on referrals (programme_organisation_id, id)
        where notes_waited and notes_read_at is null
    """,
)

TABLES = (
    # The link is claimed before its referral is made, so its key is looked at when the transaction ends.
    """
    create table self_referrals (
        token_digest bytea primary key,
        form_digest bytea not null,
        referral_id uuid not null references referrals on delete cascade deferrable initially deferred,
        organisation_id uuid not null,
        reference text not null
    )
    """,
    "create index self_referrals_referral on self_referrals (referral_id)",
    """
    create table invitations (
        id uuid primary key,
        token_digest bytea not null unique,
        organisation_id uuid not null,
        programme_id uuid not null,
        source_reference text,
        made_at timestamptz not null,
        expires_at timestamptz not null,
        used_at timestamptz
    )
    """,
    "create index invitations_expiring on invitations (expires_at)",
    "create table form_key (only_row boolean primary key default true check (only_row), key bytea not null)",
    # 244 random bits of PostgreSQL's own generator; every replica signs with the same key.
    "insert into form_key (key) values (uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))",
    """
    create table form_counts (
        bucket bytea not null,
        hour timestamptz not null,
        forms integer not null,
        primary key (bucket, hour)
    )
    """,
    "create index form_counts_hour on form_counts (hour)",
)


def upgrade() -> None:
    """Make them. A link and an invitation are seen by the organisation whose record they lead to."""
    for statement in (*COLUMNS, *TABLES):
        op.execute(statement)
    secure(op, "self_referrals", "organisation_id = {org}")
    secure(op, "invitations", "organisation_id = {org}")
