"""At which of its programme's sites a contact was; null where nobody says."""

from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.execute("alter table contacts add column site text")
