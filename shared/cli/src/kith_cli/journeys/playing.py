"""Journeys played one after the other on a network of their own, in front of whoever reads along."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from kith_cli.embedded.platform import Platform
from kith_cli.journeys import doing
from kith_cli.journeys.cast import Journey, Played, gather
from kith_cli.journeys.programmes import EVERY
from kith_cli.journeys.stage import Stage
from kith_cli.telling import Teller

ALL: Final = "all"


def chosen(word: str) -> Sequence[Journey]:
    """The journeys that a word means: one by its number, ``human``, or all of them. Raises ``LookupError``."""
    return list(EVERY.values()) if word == ALL else [EVERY[word]]


def list_of_journeys() -> str:
    """Every journey with the word that calls it, on a line of its own."""
    return "\n".join(f"{word:>6}  {one.title}" for word, one in EVERY.items())


def play_in_front(
    journeys: Sequence[Journey], folder: Path, teller: Teller, ports: dict[str, int], *, read_along: bool
) -> None:
    """Start a network, play the journeys on it, and stop it. ``NotSo`` where something is not as it is said."""
    casts = gather(journeys)
    clients = [client for cast in casts for client in cast.clients]
    with Platform(folder, (), teller, ports, clients=clients) as kith:
        for cast in casts:
            with Stage(cast, kith.addresses, teller, go_on=kith.go_on, read_along=read_along) as stage:
                play(stage)


def play(stage: Stage) -> Played:
    """Play one journey to its end; what it leaves to be looked at."""
    journey = stage.cast.journey
    number = f"{journey.number}. " if journey.number else ""
    stage.open(f"{number}{journey.title} ({journey.source})", journey.words)
    doing.arrange(stage)
    played = journey.play(stage)
    stage.act(f"All of it was so: {journey.title}.")
    for one in journey.elsewhere:
        stage.tell(f"Shown elsewhere: {one}.")
    return played
