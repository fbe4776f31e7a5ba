"""The audit's tables. Migrations call this by version: ``install_audit_v1`` never changes once released."""

from typing import Final

from kith_chassis.schema import Operations

_NETWORK: Final = "current_setting('kith.scope', true) = 'network'"

AUDIT_V1: Final = (
    # What was done or seen and is not sealed yet: writers only ever append, and none waits for another.
    """
    create table audit_tail (
        id bigint generated always as identity primary key,
        entry text not null check (entry is json object)
    ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
            autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_cost_delay = 0)
    """,
    # What is sealed. Text and not jsonb: the digest covers the bytes that stand here.
    """
    create table audit_chain (
        number bigint primary key,
        digest bytea not null,
        entry text not null
    )
    """,
    "create index audit_chain_about on audit_chain ((entry::jsonb ->> 'about_id'), number)",
    "create index audit_chain_subject on audit_chain ((entry::jsonb ->> 'subject'), number)",
    # Where the chain ends, so that an end which was cut off is missed.
    """
    create table audit_head (
        only_row boolean primary key default true check (only_row),
        number bigint not null,
        digest bytea not null
    )
    """,
    "insert into audit_head (number, digest) values (0, decode(repeat('00', 32), 'hex'))",
    # What opens the reasons that people wrote. Destroyed with whom they are about.
    """
    create table audit_keys (
        id uuid primary key,
        about_kind text not null,
        about_id uuid not null,
        key bytea not null
    )
    """,
    "create index audit_keys_about on audit_keys (about_kind, about_id)",
    # The one way into the chain: it adds behind the head, one caller at a time, and changes nothing that is there.
    # It goes on behind an entry that somebody put there, for others wait; verifying finds it. Without a head it waits.
    """
    create function audit_seal(most integer) returns integer
    language plpgsql security definer set search_path = public, pg_temp as $$
    declare
        head audit_head;
        waiting record;
        done integer := 0;
    begin
        if not exists (select from audit_tail) then
            return 0;
        end if;
        select * into head from audit_head for update;
        if not found then
            return 0;
        end if;
        head.number := greatest(head.number, (select max(number) from audit_chain));
        for waiting in select id, entry from audit_tail order by id limit most loop
            head.number := head.number + 1;
            head.digest := sha256(head.digest || convert_to(waiting.entry, 'UTF8'));
            insert into audit_chain (number, digest, entry) values (head.number, head.digest, waiting.entry);
            delete from audit_tail where id = waiting.id;
            done := done + 1;
        end loop;
        if done > 0 then
            update audit_head set number = head.number, digest = head.digest;
        end if;
        return done;
    end $$
    """,
    """
    create function audit_forget(kind text, id uuid) returns integer
    language plpgsql security definer set search_path = public, pg_temp as $$
    declare
        destroyed integer;
    begin
        delete from audit_keys where about_kind = kind and about_id = audit_forget.id;
        get diagnostics destroyed = row_count;
        return destroyed;
    end $$
    """,
    # Whoever may write rows of this schema may add entries and keys, and no more: not change, remove or renumber.
    """
    do $$
    declare
        other regrole;
    begin
        for other in
            select distinct acl.grantee::regrole from pg_class, aclexplode(relacl) as acl
            where pg_class.oid = 'audit_tail'::regclass and acl.grantee not in (0, relowner)
        loop
            execute format('revoke all on audit_tail, audit_chain, audit_head, audit_keys from %s', other);
            execute format('grant select on audit_tail, audit_chain, audit_head, audit_keys to %s', other);
            execute format('grant insert (entry) on audit_tail to %s', other);
            execute format('grant insert on audit_keys to %s', other);
        end loop;
    end $$
    """,
    *(f"alter table {table} enable row level security" for table in ("audit_tail", "audit_chain", "audit_head")),
    "alter table audit_keys enable row level security",
    "create policy audit_tail_addition on audit_tail for insert with check (true)",
    "create policy audit_keys_addition on audit_keys for insert with check (true)",
    *(
        f"create policy {table}_sight on {table} for select using ({_NETWORK})"
        for table in ("audit_tail", "audit_chain", "audit_head", "audit_keys")
    ),
)


def install_audit_v1(op: Operations) -> None:
    """Make the audit: the tail that writers append to, the chain and its head, keys, and what seals and forgets.

    The service's role may add and read; it can change and remove nothing. Everybody's transaction adds entries, the
    network's alone sees them: who read what is for operators.
    """
    for statement in AUDIT_V1:
        op.execute(statement)
