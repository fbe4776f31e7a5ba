"""Referrals as far as telling goes, what waits for one, and the messages."""

from alembic import op

from kith_chassis.schema import install_v1, secure

revision = "0001"
down_revision = None

REFERRALS = """
create table referrals (
    id uuid primary key,
    person_id uuid,
    referring_organisation_id uuid,
    self_referred boolean not null,
    died boolean not null,
    contact_withdrawn_at timestamptz,
    contact_granted_at timestamptz,
    tell_withdrawn_at timestamptz,
    tell_granted_at timestamptz
)
"""

# What happened to a referral whose making is not heard yet.
WAITING = """
create table waiting (
    kind text not null,
    id uuid not null,
    referral_id uuid not null,
    at timestamptz not null,
    detail text,
    supporter_id uuid,
    primary key (kind, id)
)
"""

# One row is one thing told to one recipient by one channel, whatever repeats or crashes: the unique key is the effect.
MESSAGES = """
create table messages (
    id uuid primary key,
    referral_id uuid not null,
    reason text not null,
    recipient text not null,
    channel text not null,
    told_of timestamptz not null,
    detail text,
    state text not null check (state in ('pending', 'sending', 'delivered', 'failed', 'cancelled')),
    code text,
    tries integer not null,
    resends integer not null,
    sender integer,
    due_at timestamptz not null,
    created_at timestamptz not null,
    settled_at timestamptz,
    unique (reason, recipient, channel)
)
"""


def upgrade() -> None:
    install_v1(op)
    op.execute(REFERRALS)
    op.execute(WAITING)
    op.execute("create index waiting_of_referral on waiting (referral_id)")
    op.execute(MESSAGES)
    op.execute("create index messages_of_referral on messages (referral_id, id)")
    op.execute("create index messages_due on messages (due_at, id) where state in ('pending', 'sending')")
    op.execute("create index messages_by_state on messages (state, code)")
    op.execute("create index messages_resent on messages (id) where resends > 0")
    # Rows name people by pseudonym and belong to no one organisation: the network alone sees them.
    for table in ("referrals", "waiting", "messages"):
        secure(op, table, "false")
