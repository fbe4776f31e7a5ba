"""What was last told of each programme's supporters taken together, so that it is told again only when it changes."""

from alembic import op

from kith_chassis.schema import secure

revision = "0005"
down_revision = "0004"

# No key to programmes: what is copied from facts and what is counted here never wait for one another.
TABLE = """
    create table qualities (
        programme_id uuid primary key,
        organisation_id uuid not null,
        checks_current integer
    )
"""


def upgrade() -> None:
    op.execute(TABLE)
    secure(op, "qualities", "organisation_id = {org}")
