"""Claims of households' results, and how many households a programme's payer hopes for; both slots, and their views.

The spare slot is emptied by the names of its tables, so that no later projection can be forgotten. Claims that were
told before are found by ``kith replay reporting``.
"""

from alembic import op

from kith_chassis.schema import secure

revision = "0007"
down_revision = "0006"

EMPTY_SPARE = """
create or replace function empty_spare() returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    spare text;
    tables text;
begin
    select case slot when 'a' then 'b' else 'a' end into strict spare from live for share;
    select string_agg(format('%I', relname), ', ' order by relname) into strict tables from pg_class
        where relnamespace = 'public'::regnamespace and relkind = 'r' and relname like '%\\_' || spare;
    execute 'truncate ' || tables;
end
$$
"""


def upgrade() -> None:
    for slot in "ab":
        op.execute(f"alter table programmes_{slot} add column proposed integer")
        op.execute(
            f"""
            create table claims_{slot} (
                claim_id uuid primary key,
                organisation_id uuid not null,
                programme_id uuid not null,
                household_id uuid not null,
                result text not null,
                standing boolean not null
            )
            """
        )
        op.execute(f"create index claims_{slot}_programme on claims_{slot} (programme_id)")
        secure(op, f"claims_{slot}", "organisation_id = {org}")
    for name in ("programmes", "claims"):
        op.execute(
            f"""
            create or replace view {name} with (security_invoker = true) as
            select * from {name}_a where (select slot from live) = 'a'
            union all
            select * from {name}_b where (select slot from live) = 'b'
            """
        )
    op.execute(EMPTY_SPARE)
