"""A contact that is void counts for nothing. Those that were heard before all stand."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    for slot in "ab":
        op.execute(f"alter table contacts_{slot} add column happened boolean not null default true")
    op.execute(
        """
        create or replace view contacts with (security_invoker = true) as
        select * from contacts_a where (select slot from live) = 'a'
        union all
        select * from contacts_b where (select slot from live) = 'b'
        """
    )
