"""The journeys in the order of the table of programmes."""

from typing import Final

from kith_cli.journeys import (
    j01_relative_experience,
    j04_home_start,
    j12_peer_listening,
    j19_self_management_wales,
)
from kith_cli.journeys.cast import Journey

JOURNEYS: Final[tuple[Journey, ...]] = tuple(
    module.JOURNEY
    for module in (
        j01_relative_experience,
        j04_home_start,
        j12_peer_listening,
        j19_self_management_wales,
    )
)
"""Each is a module of its own; a new one is one more line here."""
