"""Makes a service's database and its two roles on a PostgreSQL server: the only step that needs an administrator.

``<name>_owner`` owns the database and runs migrations. ``<name>`` is the service: it may read and write rows of what
the owner makes, and own nothing, so row-level security holds for it. Run again, it changes nothing but passwords.
"""

from typing import Final

import asyncpg

from kith_chassis.database import address
from kith_chassis.settings import DatabaseSettings

_ROLE: Final = """
do $$ begin
    if not exists (select from pg_roles where rolname = {literal}) then create role {role}; end if;
end $$
"""
_GRANTS: Final = (
    "revoke all on schema public from public",
    "grant usage on schema public to {service}",
    """
    alter default privileges for role {owner} in schema public
    grant select, insert, update, delete on tables to {service}
    """,
    "alter default privileges for role {owner} in schema public grant usage, select on sequences to {service}",
    "alter schema public owner to {owner}",
)


async def provision(
    admin_url: str,
    name: str,
    *,
    owner_password: str,
    service_password: str,
    database: str | None = None,
    tls: DatabaseSettings | None = None,
) -> None:
    """Make database ``kith_<name>`` (or ``database``) with roles ``<name>_owner`` and ``<name>``.

    Raises asyncpg's errors as they are: what an administrator may not do is for the administrator to read.
    """
    where = database or f"kith_{name}"
    url, ssl = address(admin_url, tls or DatabaseSettings())
    owner, service = f"{name}_owner", name
    server = await asyncpg.connect(url, ssl=ssl, timeout=10)
    try:
        for role, password in ((owner, owner_password), (service, service_password)):
            await server.execute(_ROLE.format(literal=_literal(role), role=_identifier(role)))
            await server.execute(f"alter role {_identifier(role)} login password {_literal(password)}")
        if not await server.fetchval("select exists (select from pg_database where datname = $1)", where):
            await server.execute(f"create database {_identifier(where)} owner {_identifier(owner)} encoding 'UTF8'")
        await server.execute(f"revoke all on database {_identifier(where)} from public")
        await server.execute(f"grant connect on database {_identifier(where)} to {_identifier(service)}")
    finally:
        await server.close()
    inside = await asyncpg.connect(url, database=where, ssl=ssl, timeout=10)
    try:
        for statement in _GRANTS:
            await inside.execute(statement.format(owner=_identifier(owner), service=_identifier(service)))
    finally:
        await inside.close()


def _identifier(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def _literal(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"
