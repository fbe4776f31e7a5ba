"""`kith`: one command for who operates a network, and for who wants to see one on their own machine."""

import errno
import logging
from importlib import import_module
from keyword import iskeyword
from typing import Any, Final

import click

from kith_cli.cannot import CannotRun

COMMANDS: Final = {
    "up": "Start a whole network on this machine; Ctrl-C stops it.",
    "doctor": "Say whether all of the network is well; exit code 0 if it is.",
    "demo": "Show the sample network at work: referrals from import to delivered mail and reported total.",
    "import": "Import an organisation's export, by its mapping.",
    "mappings": "List, show, save or check the mappings that an organisation keeps.",
    "programmes": "Check the files that define programmes, compare them with the network, apply them.",
    "token": "Print a bearer token.",
    "lag": "Show how far each service is behind the log.",
    "dead-letters": "List, show, redrive or discard what a service set aside.",
    "audit": "List, export and verify who did and who saw what.",
    "erasure": "Prove that somebody was erased, from every service.",
    "retention": "Put the network's schedule of how long records are kept.",
    "subject-access": "Gather what the network holds about somebody who asked.",
    "replay": "Build a service's projections again from the log.",
    "topics": "Make the network's topics on a broker.",
    "provision": "Make the services' databases and roles on a PostgreSQL server.",
    "issuer": "Run the development issuer (OpenID Connect).",
}
"""Every command with its line in `kith --help`; each is a module of `kith_cli.commands`, loaded when it is needed."""


class Kith(click.Group):
    """Loads a command when it is needed, and turns what cannot be done into one sentence and exit code 1."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        del ctx
        return list(COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Show the commands without loading any: some bring a web framework and a broker's client with them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = cmd_name.replace("-", "_") + ("_" if iskeyword(cmd_name) else "")
        command: click.Command = import_module(f"kith_cli.commands.{module}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except CannotRun as cannot:
            raise click.ClickException(str(cannot)) from cannot
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise click.ClickException(
                    f"The disk is full ({error.filename or 'no name'}); free some space."
                ) from error
            raise


@click.command(cls=Kith, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="kith-cli")
def main() -> None:
    """Run, look after and try out a Kith network.

    `kith up` starts a whole network on this machine. The other commands speak to it, or to any network whose addresses
    stand in the environment: KITH_ISSUER, KITH_CLIENT_ID, KITH_CLIENT_SECRET, KITH_REFERRALS_URL, KITH_MATCHING_URL,
    KITH_NOTIFICATIONS_URL, KITH_REPORTING_URL.
    """
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what matters of it comes as a sentence


if __name__ == "__main__":
    main()
