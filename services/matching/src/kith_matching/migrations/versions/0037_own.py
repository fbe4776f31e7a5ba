"""What is supporters' own, the groups that they lead and what was noted of them; and what is void, or may be double."""

from alembic import op

from kith_chassis.schema import hide, restrict, secure

revision = "0037"
down_revision = "0036"

LEADER = "nullif(current_setting('kith.leader', true), '')::uuid"
LEADS = f"{LEADER} is null or {LEADER} = any(facilitators)"
LED = f"""
    {LEADER} is null or exists (
        select from group_plans where group_plans.group_id = places.group_id and {LEADER} = any(facilitators)
    )
"""

STATEMENTS = (
    "create index sessions_group on sessions (group_id, held_on) where group_id is not null",
    "alter table sessions add column voided_as text, add column double_of uuid references sessions (id)",
    "create index sessions_doubles on sessions (organisation_id, id) where double_of is not null",
    "alter table contacts add column version integer not null default 1, add column voided_as text",
    """
    create table contact_corrections (
        contact_id uuid not null references contacts (id),
        version integer not null,
        organisation_id uuid not null,
        held_on date not null,
        kind text not null,
        people integer not null,
        topics text[] not null,
        district text,
        site text,
        supporter_id uuid,
        replaced_at timestamptz not null,
        primary key (contact_id, version)
    )
    """,
    # Of notes from before nobody knew that a supporter reads them: those have none.
    "alter table supervisions add column subject text",
    """
    create table supervision_own_keys (
        id uuid primary key references supervisions (id),
        supporter_id uuid not null references supporters (id),
        organisation_id uuid not null,
        subject text not null,
        key bytea not null,
        under bytea generated always as (substr(key, 1, 8)) stored
    )
    """,
    "create index supervision_own_keys_under on supervision_own_keys (under)",
)
ASKING = "nullif(current_setting('kith.subject', true), '')"


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    secure(op, "contact_corrections", "organisation_id = {org}")
    secure(op, "supervision_own_keys", "organisation_id = {org}")
    # Who logs a meeting keeps a key for each who was there, and reads none of them back.
    hide(op, "supervision_own_keys", "reader", f"subject = {ASKING}")
    restrict(op, "group_plans", "leader", LEADS)
    restrict(op, "places", "leader", LED)
