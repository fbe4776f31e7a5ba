"""Alembic's way in."""

from kith_chassis.migrating import run_migrations

run_migrations()
