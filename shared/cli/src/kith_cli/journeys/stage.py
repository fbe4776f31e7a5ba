"""Where a journey is played: what happens is told in plain words, and what is said to be seen is looked at.

A sentence whose expectation fails ends the play. So a demonstration cannot say what is not so.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import httpx

from kith_cli.addresses import Addresses
from kith_cli.cannot import CannotRun
from kith_cli.journeys.acting import Actor
from kith_cli.journeys.cast import Cast, Member
from kith_cli.speaking import Refused, Speaker, refusal
from kith_cli.telling import Teller

PATIENCE: Final = 30.0
"""Seconds in which what one service told is heard by the others."""
LOOK: Final = 0.1
NOT_HEARD: Final = frozenset(
    {"programme-not-found", "referral-not-found", "referral-not-open", "referral-not-accepted", "not-your-programme"}
)
"""Refusals of a service that has not heard yet what another one told."""
SECONDS_A_WORD: Final = 0.12
"""How long a sentence stands before the next, for whoever reads along."""

T = TypeVar("T")


class NotSo(CannotRun):
    """What was to be seen was not: the play ends there."""


class Stage:
    """One play of one journey on one network."""

    def __init__(
        self,
        cast: Cast,
        addresses: Addresses,
        teller: Teller,
        *,
        go_on: Callable[[], None] = lambda: None,
        read_along: bool = False,
        patience: float = PATIENCE,
    ) -> None:
        self.cast = cast
        self._addresses = addresses
        self._teller = teller
        self._go_on = go_on
        self._read_along = read_along
        self._patience = patience
        self._actors: dict[str, Actor] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    @property
    def operator(self) -> Actor:
        """Who runs the network."""
        return self._actor("operator")

    def organisation(self, slug: str) -> Member:
        """One of the organisations."""
        return self.cast.members[slug]

    def worker(self, slug: str, role: str = "coordinator") -> Actor:
        """Somebody who works at an organisation, or a supporter of it with access of their own."""
        return self._actor(self.cast.members[slug].client_id(role))

    def anybody(self, service: str, path: str, **params: str) -> Any:
        """Read what is open to everybody, without a token."""
        answer = httpx.get(self._addresses.service(service).rstrip("/") + path, params=params)
        if answer.is_error:
            raise refusal(service, answer)
        return answer.json()

    def _actor(self, client_id: str) -> Actor:
        if client_id not in self._actors:
            speaker = self._open.enter_context(Speaker(self._addresses, self._addresses.clients[client_id]))
            self._actors[client_id] = Actor(speaker)
        return self._actors[client_id]

    def open(self, title: str, words: str) -> None:
        """Say which journey it is, and what it has to show."""
        self._show("")
        self._show(title, style="bold reverse")
        self._show(words, "  ", style="italic")

    def act(self, title: str) -> None:
        """Begin a part of the journey."""
        self._show("")
        self._show(title, style="bold")

    def tell(self, sentence: str) -> None:
        """Say what somebody does."""
        self._go_on()
        self._show(sentence, "  ")

    def sees(self, sentence: str, found: object, expected: object) -> None:
        """Say what is to be seen, if it is: what was found is what was expected. Raises ``NotSo``."""
        self._go_on()
        if found != expected:
            self._show(sentence, "  ✗ ", style="red")
            raise NotSo(f"This was to be seen and is not: {sentence} Expected {expected!r}, found {found!r}.")
        self._show(sentence, "  ✓ ", style="green")

    def holds(self, sentence: str, so: object) -> None:
        """Say what is so, if it is. Raises ``NotSo``."""
        self.sees(sentence, found=bool(so), expected=True)

    def soon(self, sentence: str, look: Callable[[], object], expected: object) -> None:
        """Say what is to be seen once services have heard of one another. Raises ``NotSo`` if it does not come."""
        end = time.monotonic() + self._patience
        while (found := look()) != expected and time.monotonic() < end:
            self._go_on()
            time.sleep(LOOK)
        self.sees(sentence, found, expected)

    def refuses(self, sentence: str, code: str, deed: Callable[[], object]) -> None:
        """Say what is not possible, if it is refused with this code. Raises ``NotSo``."""
        try:
            self.heard(deed, but=code)
        except Refused as refused:
            self.sees(sentence, refused.code, code)
        else:
            self.sees(sentence, "done", code)

    def heard(self, deed: Callable[[], T], *, but: str = "") -> T:
        """Do what a service refuses until it has heard what another told; ``but`` is a refusal that is final."""
        end = time.monotonic() + self._patience
        while True:
            self._go_on()
            try:
                return deed()
            except Refused as refused:
                if refused.code not in NOT_HEARD - {but} or time.monotonic() > end:
                    raise
            time.sleep(LOOK)

    def _show(self, sentence: str, before: str = "", style: str = "") -> None:
        self._teller.show(sentence, before, style)
        end = time.monotonic() + SECONDS_A_WORD * len(sentence.split()) * self._read_along
        while (left := end - time.monotonic()) > 0:
            self._go_on()
            time.sleep(min(left, LOOK))
