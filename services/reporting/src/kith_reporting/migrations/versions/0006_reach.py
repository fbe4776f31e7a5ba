"""What is kept to count by topic, area and site, and how many there are in an area.

What was heard before says none of it until ``kith replay reporting`` has read it again. A person's district is counted
and not kept with their referral, so that the row of somebody who was erased says as little as before.
"""

from alembic import op

from kith_chassis.schema import secure

revision = "0006"
down_revision = "0005"

ADDED = {
    "referrals": ("site text",),
    "sessions": ("topics text[]",),
    "contacts": ("topics text[]", "district text", "site text"),
    "programmes": ("sites text[]",),
}
OF_ONE_PROGRAMME = {"sessions": "", "contacts": "", "referrals": " where site is not null"}
PROJECTIONS = [
    "referrals",
    "sessions",
    "meetings",
    "contacts",
    "areas",
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
        for name, columns in ADDED.items():
            op.execute(f"alter table {name}_{slot} " + ", ".join(f"add column {column}" for column in columns))
        for name, where in OF_ONE_PROGRAMME.items():
            op.execute(f"create index {name}_{slot}_programme on {name}_{slot} (programme_id){where}")
        op.execute(
            f"""
            create table areas_{slot} (
                organisation_id uuid not null,
                programme_id uuid not null,
                district text not null,
                received bigint not null,
                primary key (organisation_id, programme_id, district)
            )
            """
        )
        secure(op, f"areas_{slot}", "organisation_id = {org}")
    for name in (*ADDED, "areas"):
        op.execute(
            f"""
            create or replace view {name} with (security_invoker = true) as
            select * from {name}_a where (select slot from live) = 'a'
            union all
            select * from {name}_b where (select slot from live) = 'b'
            """
        )
    op.execute(EMPTY_SPARE)
    op.execute(
        """
        create table populations (
            programme_id uuid primary key,
            organisation_id uuid not null,
            people jsonb not null,
            source text not null,
            counted_on date not null,
            kept_at timestamptz not null,
            kept_by text not null,
            version integer not null
        )
        """
    )
    secure(op, "populations", "organisation_id = {org}")
