"""Who was erased is remembered, so that this service can say that it heard of it. No projection holds a person's id."""

from alembic import op

from kith_chassis.erased import install_erased_v1

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    install_erased_v1(op)
