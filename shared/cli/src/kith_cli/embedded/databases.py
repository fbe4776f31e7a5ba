"""The services' databases in the embedded PostgreSQL, and the memory of the log that the embedded broker lacks.

The broker keeps its log in memory, so a kill would lose facts that were sent and not yet heard. Therefore each database
keeps what its outbox lets go, in the very transaction that lets it go, and tells all of it again to the next run's
empty log, in the same order and under the same ids. Whoever has heard a fact skips it: the inbox claims ids. So after
any kill every fact arrives, once in effect, and a replay finds a whole log.
"""

import json
import secrets
from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import asyncpg

from kith_chassis.provision import provision
from kith_cli.cannot import CannotRun
from kith_cli.embedded.processes import LOCALHOST
from kith_cli.files import read_json, write_private

KEEP: Final = """
create schema if not exists embedded;
create table if not exists embedded.told (id bigint primary key, fact jsonb not null);
create or replace function embedded.keep() returns trigger language plpgsql security definer set search_path = '' as
$$ begin
    insert into embedded.told select gone.id, to_jsonb(gone) from gone on conflict do nothing;
    return null;
end $$;
create or replace trigger embedded_keep after delete on public.outbox
    referencing old table as gone for each statement execute function embedded.keep();
"""
TELL_AGAIN: Final = """
insert into public.outbox overriding system value
select (jsonb_populate_record(null::public.outbox, fact)).* from embedded.told order by id
on conflict (id) do nothing
"""


@dataclass(frozen=True, slots=True)
class ServiceDatabase:
    """One service's database, and the passwords of its two roles."""

    name: str
    port: int
    owner_password: str = field(repr=False)
    service_password: str = field(repr=False)

    @property
    def owner_url(self) -> str:
        """Where migrations connect."""
        return self._url(f"{self.name}_owner", self.owner_password)

    @property
    def service_url(self) -> str:
        """Where the service connects; it owns nothing."""
        return self._url(self.name, self.service_password)

    def _url(self, role: str, password: str) -> str:
        return f"postgresql://{role}:{password}@{LOCALHOST}:{self.port}/kith_{self.name}"


def passwords(path: Path, services: tuple[str, ...]) -> dict[str, str]:
    """Read the roles' passwords, made at the first start and kept where only we may read them."""
    known = read_json(path)
    roles = [role for name in services for role in (f"{name}_owner", name)]
    kept = {role: str(known.get(role) or secrets.token_hex(24)) for role in roles}
    if kept != known:
        write_private(path, json.dumps(kept, indent=2))
    return kept


def sealing_key(path: Path) -> str:
    """Read the key to what matching keeps sealed, made at the first start. In a file of its own: it is kept apart."""
    if not path.exists():
        write_private(path, b64encode(secrets.token_bytes(32)).decode())
    return path.read_text(encoding="utf-8").strip()


async def provision_all(admin_url: str, databases: list[ServiceDatabase]) -> None:
    """Make the databases and roles that are missing."""
    try:
        for database in databases:
            await provision(
                admin_url,
                database.name,
                owner_password=database.owner_password,
                service_password=database.service_password,
            )
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise CannotRun(f"The databases cannot be made: {type(error).__name__}: {error}.") from error


async def tell_again(databases: list[ServiceDatabase]) -> int:
    """Keep what outboxes let go from now on, put back all that was kept, and say how many facts that is.

    Only for an empty log and services that do not run. Comes after the migrations, which make the outbox.
    """
    told = 0
    try:
        for database in databases:
            connection = await asyncpg.connect(database.owner_url, timeout=10)
            try:
                async with connection.transaction():
                    await connection.execute(KEEP)
                    status = await connection.execute(TELL_AGAIN)
                told += int(status.rpartition(" ")[2])
            finally:
                await connection.close()
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise CannotRun(f"The log cannot be told again: {type(error).__name__}: {error}.") from error
    return told
