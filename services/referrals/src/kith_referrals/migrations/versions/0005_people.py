"""People: the Health and Care number of Northern Ireland."""

from alembic import op

revision = "0005"
down_revision = "0001"

STATEMENTS = (
    "alter table people add column hc_number text",
    "create index people_hc_number on people (hc_number) where hc_number is not null",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
