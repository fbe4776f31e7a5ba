"""Organisations: who works for one, and which of its systems."""

from alembic import op

from kith_chassis.schema import secure

revision = "0013"
down_revision = "0008"

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


def upgrade() -> None:
    """Make them. No organisation keeps a list of its members until it says so."""
    for statement in MEMBERS:
        op.execute(statement)
    secure(op, "members", "organisation_id = {org}")
    secure(op, "machine_clients", "organisation_id = {org}")
