"""Counts of referrals of which a promise was missed; ``kith replay reporting`` fills them."""

from alembic import op

revision = "0003"
down_revision = "0002"

MISSED = ("missed_acknowledge", "missed_decide", "missed_take_on", "missed_look_again")
ADDED = {
    "referrals": tuple(f"{name} boolean" for name in MISSED),
    "totals": tuple(f"{name} bigint not null default 0" for name in MISSED),
}


def upgrade() -> None:
    for name, columns in ADDED.items():
        for slot in "ab":
            op.execute(f"alter table {name}_{slot} " + ", ".join(f"add column {column}" for column in columns))
        op.execute(
            f"""
            create or replace view {name} with (security_invoker = true) as
            select * from {name}_a where (select slot from live) = 'a'
            union all
            select * from {name}_b where (select slot from live) = 'b'
            """
        )
