"""Organisations: who works for one, which of its systems; how one closes."""

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


def upgrade() -> None:
    """Make them. No organisation keeps a list of its members until it says so."""
    for statement in (*MEMBERS, *CLOSING):
        op.execute(statement)
    secure(op, "members", "organisation_id = {org}")
    secure(op, "machine_clients", "organisation_id = {org}")
    secure(op, "closings", "organisation_id = {org}")
