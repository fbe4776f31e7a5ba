"""The tables that every service carries for the chassis, and the fence around tables that hold people.

Migrations call these by version: ``install_v1`` never changes once released; a change is an ``install_v2`` beside it.
"""

from typing import Any, Final, Protocol

V1: Final = (
    # What this service will tell. The relay reads in order of id, sends and deletes.
    """
    create table outbox (
        id bigint generated always as identity primary key,
        event_id uuid not null,
        type text not null,
        subject text not null,
        occurred_at timestamptz not null,
        traceparent text,
        tracestate text,
        payload bytea not null,
        recorded_at timestamptz not null default clock_timestamp()
    ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
            autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_cost_delay = 0)
    """,
    """
    create function outbox_wake() returns trigger language plpgsql as
    $$ begin perform pg_notify('kith_outbox', ''); return null; end $$
    """,
    "create trigger outbox_wake after insert on outbox for each statement execute function outbox_wake()",
    # Who sends now, and when it last showed that it lives.
    """
    create table relay_heartbeat (
        only_row boolean primary key default true check (only_row),
        pid integer not null,
        beaten_at timestamptz not null
    )
    """,
    # Which facts this service has taken. Never pruned: ids are UUIDv7, so the index only appends.
    "create table inbox (event_id uuid primary key)",
    # How far each partition was read, and how many facts were claimed from it: what a replay is held against.
    """
    create table inbox_progress (
        topic text not null,
        partition integer not null,
        facts bigint not null,
        primary key (topic, partition)
    )
    """,
    # What was set aside, whole, in the order in which it came.
    """
    create table dead_letters (
        id uuid primary key,
        seq bigint generated always as identity,
        topic text not null,
        partition integer not null,
        log_offset bigint not null,
        key bytea,
        headers jsonb not null,
        value bytea,
        digest bytea not null,
        claimed boolean not null,
        state text not null check (state in ('set-aside', 'waiting', 'redriven', 'discarded')),
        code text not null,
        message text not null,
        attempts integer not null,
        first_seen timestamptz not null,
        settled_at timestamptz,
        settled_by text,
        reason text,
        unique (topic, partition, log_offset, digest)
    )
    """,
    "create index dead_letters_open on dead_letters (topic, key, seq) where state in ('set-aside', 'waiting')",
    # The answers already given to creates, so that a repeated request is answered and not repeated.
    """
    create table idempotency_keys (
        client text not null,
        route text not null,
        key text not null,
        body_digest bytea not null,
        status smallint,
        location text,
        version integer,
        body bytea,
        created_at timestamptz not null,
        primary key (client, route, key)
    )
    """,
    "create index idempotency_keys_age on idempotency_keys (created_at)",
)


class Operations(Protocol):
    """Alembic's ``op``, as far as it is needed here."""

    def execute(self, sqltext: str) -> Any:
        """Run one statement."""


def install_v1(op: Operations) -> None:
    """Make the chassis's tables: outbox, relay heartbeat, inbox, dead letters, idempotency keys."""
    for statement in V1:
        op.execute(statement)


def secure(op: Operations, table: str, condition: str) -> None:
    """Let each organisation see only its rows of ``table``.

    ``condition`` is SQL in which ``{org}`` stands for the asking organisation. A transaction that names no
    organisation sees nothing, also on a connection that had named one before: hence ``nullif``, without which the
    left-over empty setting would raise. The network scope, which only the chassis sets, sees all.
    """
    rule = _rule(condition)
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"create policy {table}_sight on {table} using ({rule}) with check ({rule})")


def restrict(op: Operations, table: str, name: str, condition: str) -> None:
    """Let an organisation see only rows of ``table`` that satisfy ``condition`` *too*, whatever else shows them to it.

    It stands beside the sight that ``secure`` gives, so that another migration can change that without losing this.
    """
    rule = _rule(condition)
    op.execute(f"create policy {table}_{name} on {table} as restrictive using ({rule}) with check ({rule})")


def hide(op: Operations, table: str, name: str, condition: str) -> None:
    """Let an organisation *read* only rows of ``table`` that satisfy ``condition`` too, also of those that it wrote.

    It stands beside the sight that ``secure`` gives.
    """
    op.execute(f"create policy {table}_{name} on {table} as restrictive for select using ({_rule(condition)})")


def show(op: Operations, table: str, name: str, condition: str) -> None:
    """Let an organisation *read* rows of ``table`` that satisfy ``condition``, beside its own, and change none of them.

    It stands beside the sight that ``secure`` gives.
    """
    op.execute(f"create policy {table}_{name} on {table} for select using ({_rule(condition)})")


def _rule(condition: str) -> str:
    """The condition, of the asking organisation; the network scope passes it."""
    asking = "nullif(current_setting('kith.organisation', true), '')::uuid"
    network = "current_setting('kith.scope', true) = 'network'"
    return f"({network}) or ({condition.format(org=f'(select {asking})')})"
