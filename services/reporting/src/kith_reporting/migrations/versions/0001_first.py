"""The projections, twice; the row that says which of the two is live; the views that show it."""

from alembic import op

from kith_chassis.replay import install_replay
from kith_chassis.schema import install_v1, secure

revision = "0001"
down_revision = None

OWN = "organisation_id = {org}"
NOBODY = "false"  # the network alone: no organisation is named in the row, and no route reads it

PROJECTIONS = {
    "referrals": (
        """
        referral_id uuid primary key,
        referring_organisation_id uuid,
        programme_organisation_id uuid,
        programme_id uuid,
        received_on date,
        decision text,
        closed text,
        sharing text,
        proposal text,
        matched_on date,
        support text,
        sessions integer not null,
        messages_delivered integer not null,
        messages_failed integer not null
        """,
        "referring_organisation_id = {org} or programme_organisation_id = {org}",
    ),
    "sessions": (
        """
        session_id uuid primary key,
        organisation_id uuid not null,
        programme_id uuid not null,
        held_on date not null,
        happened boolean not null,
        referral_id uuid,
        attended_referral_ids uuid[] not null
        """,
        OWN,
    ),
    "contacts": (
        """
        contact_id uuid primary key,
        organisation_id uuid not null,
        programme_id uuid not null,
        held_on date not null,
        people integer not null
        """,
        OWN,
    ),
    "messages": (
        """
        message_id uuid primary key,
        story_kind text not null,
        story_id uuid not null,
        delivered boolean not null
        """,
        NOBODY,
    ),
    "supporters": (
        """
        supporter_id uuid primary key,
        organisation_id uuid not null,
        programme_ids uuid[] not null,
        state text not null
        """,
        OWN,
    ),
    "organisations": ("organisation_id uuid primary key, name text not null", None),
    "programmes": ("programme_id uuid primary key, organisation_id uuid not null, name text not null", None),
    "totals": (
        """
        organisation_id uuid not null,
        programme_id uuid not null,
        side text not null check (side in ('owner', 'referrer')),
        received bigint not null,
        undecided bigint not null,
        accepted bigint not null,
        declined bigint not null,
        proposed bigint not null,
        waiting bigint not null,
        waiting_since bigint not null,
        matched bigint not null,
        waited bigint not null,
        days_waited bigint not null,
        supported bigint not null,
        closed bigint not null,
        sharing_withdrawn bigint not null,
        sessions bigint not null,
        messages_delivered bigint not null,
        messages_failed bigint not null,
        contacts bigint not null,
        people_reached bigint not null,
        supporters bigint not null,
        primary key (organisation_id, programme_id, side)
        """,
        OWN,
    ),
}

# Rows that change again and again find room on their own page, so that no index is touched.
ROOMY = {"referrals": 80, "totals": 25}

# A service owns nothing, so it cannot truncate. This empties the spare tables for it, and never the live ones.
EMPTY_SPARE = f"""
create function empty_spare() returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare
    spare text;
begin
    select case slot when 'a' then 'b' else 'a' end into strict spare from live for share;
    execute format('truncate {", ".join(name + "_%1$s" for name in PROJECTIONS)}', spare);
end
$$
"""


def upgrade() -> None:
    install_v1(op)
    install_replay(op)
    op.execute(
        """
        create table live (
            only_row boolean primary key default true check (only_row),
            slot text not null check (slot in ('a', 'b'))
        )
        """
    )
    op.execute("insert into live (slot) values ('a')")
    for name, (columns, sight) in PROJECTIONS.items():
        for slot in "ab":
            room = f" with (fillfactor = {ROOMY[name]})" if name in ROOMY else ""
            op.execute(f"create table {name}_{slot} ({columns}){room}")
            if sight is not None:
                secure(op, f"{name}_{slot}", sight)
        # security_invoker: whoever looks through the view is held to the policies of the tables behind it.
        op.execute(
            f"""
            create view {name} with (security_invoker = true) as
            select * from {name}_a where (select slot from live) = 'a'
            union all
            select * from {name}_b where (select slot from live) = 'b'
            """
        )
    op.execute(EMPTY_SPARE)
