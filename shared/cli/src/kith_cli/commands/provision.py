"""`kith provision`: a database and two roles for each service, on a PostgreSQL server."""

import asyncio
import os

import asyncpg
import click
from pydantic import Field

from kith_chassis.provision import provision
from kith_chassis.settings import DatabaseAddress, DatabaseSettings, WrongSettings, load
from kith_cli.cannot import CannotRun
from kith_cli.installation import SERVICES


class AdministratorSettings(DatabaseSettings):
    """How PostgreSQL is reached by one who may make databases and roles."""

    database_admin_url: DatabaseAddress = Field(
        description="Where `kith provision` connects, as an administrator: `postgresql://role:password@host:port/postgres`."
    )


@click.command()
@click.argument("services", nargs=-1, type=click.Choice(SERVICES), metavar="[SERVICE]...")
def command(services: tuple[str, ...]) -> None:
    """Make the database kith_SERVICE and the roles SERVICE_owner and SERVICE of each service, or of those named.

    The server is KITH_DATABASE_ADMIN_URL; the passwords are KITH_<SERVICE>_OWNER_PASSWORD (for migrations alone) and
    KITH_<SERVICE>_PASSWORD. What is there is kept; the roles get these passwords again.
    """
    try:
        settings = load(AdministratorSettings)
    except WrongSettings as wrong:
        raise CannotRun(str(wrong)) from None
    wanted = {
        name: (_password(f"KITH_{name.upper()}_OWNER_PASSWORD"), _password(f"KITH_{name.upper()}_PASSWORD"))
        for name in services or SERVICES
    }
    try:
        asyncio.run(_provision(settings, wanted))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise CannotRun(f"The databases cannot be made: {type(error).__name__}: {error}.") from error
    click.echo(f"The databases are there: {', '.join(f'kith_{name}' for name in wanted)}.")


async def _provision(settings: AdministratorSettings, wanted: dict[str, tuple[str, str]]) -> None:
    for name, (owner_password, service_password) in wanted.items():
        await provision(
            settings.database_admin_url.get_secret_value(),
            name,
            owner_password=owner_password,
            service_password=service_password,
            tls=settings,
        )


def _password(variable: str) -> str:
    password = os.environ.get(variable, "")
    if not password:
        raise CannotRun(f"{variable} is not set.")
    return password
