"""Supporters lead groups and listen: a transaction that says who leads sees those plans and places, and no others."""

from alembic import op

from kith_chassis.schema import restrict

revision = "0037"
down_revision = "0033"

LEADER = "nullif(current_setting('kith.leader', true), '')::uuid"
LEADS = f"{LEADER} is null or {LEADER} = any(facilitators)"
LED = f"""
    {LEADER} is null or exists (
        select from group_plans where group_plans.group_id = places.group_id and {LEADER} = any(facilitators)
    )
"""

STATEMENTS = ("create index sessions_group on sessions (group_id) where group_id is not null",)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    restrict(op, "group_plans", "leader", LEADS)
    restrict(op, "places", "leader", LED)
