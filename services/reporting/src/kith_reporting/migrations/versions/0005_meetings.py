"""A group's meeting is told once for each person who was there, and still counts once.

What was heard before stays as it is: each of those meetings is a row of its own, and was counted as one.
"""

from alembic import op

from kith_chassis.schema import secure

revision = "0005"
down_revision = "0004"

PROJECTIONS = [
    "referrals",
    "sessions",
    "meetings",
    "contacts",
    "messages",
    "supporters",
    "organisations",
    "programmes",
    "totals",
]

EMPTY_SPARE = f"""
create or replace function empty_spare() returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    spare text;
begin
    select case slot when 'a' then 'b' else 'a' end into strict spare from live for share;
    execute format('truncate {", ".join(name + "_%1$s" for name in PROJECTIONS)}', spare);
end
$$
"""


def upgrade() -> None:
    for slot in "ab":
        op.execute(
            f"alter table sessions_{slot} add column meeting_id uuid, add column companions integer not null default 0"
        )
        op.execute(f"alter table totals_{slot} add column companions bigint not null default 0")
        op.execute(
            f"""
            create table meetings_{slot} (
                meeting_id uuid primary key,
                organisation_id uuid not null,
                programme_id uuid not null,
                happened integer not null
            )
            """
        )
        secure(op, f"meetings_{slot}", "organisation_id = {org}")
    for name in ("sessions", "meetings", "totals"):
        op.execute(
            f"""
            create or replace view {name} with (security_invoker = true) as
            select * from {name}_a where (select slot from live) = 'a'
            union all
            select * from {name}_b where (select slot from live) = 'b'
            """
        )
    op.execute(EMPTY_SPARE)
