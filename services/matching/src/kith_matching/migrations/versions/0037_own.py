"""What is supporters' own: the groups and slots that they lead, and what their supervisors noted with them."""

from alembic import op

from kith_chassis.schema import restrict, secure

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
    "create index sessions_group on sessions (group_id) where group_id is not null",
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
# Who logs a meeting keeps a key for each who was there, and reads none of them back.
READERS = """
    create policy supervision_own_keys_reader on supervision_own_keys as restrictive for select using (
        current_setting('kith.scope', true) = 'network' or subject = nullif(current_setting('kith.subject', true), '')
    )
"""


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    secure(op, "supervision_own_keys", "organisation_id = {org}")
    op.execute(READERS)
    restrict(op, "group_plans", "leader", LEADS)
    restrict(op, "places", "leader", LED)
