"""Counts of those who go to a group, and of those who wait for another match; ``kith replay reporting`` fills them."""

from alembic import op

revision = "0002"
down_revision = "0001"

ADDED = {
    "referrals": ("waits_again boolean",),
    "totals": ("attending bigint not null default 0", "waiting_again bigint not null default 0"),
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
