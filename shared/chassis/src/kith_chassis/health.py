"""Whether a process lives (its loops turn) and whether it is ready (it can do its work now)."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

PATIENCE: Final = 60.0
"""Seconds without a beat after which a loop counts as dead. Longer than any one wait inside a loop."""


@dataclass(slots=True)
class Heartbeat:
    """One loop's sign of life. ``trouble`` says in a few words what it is waiting for, if it is."""

    name: str
    patience: float = PATIENCE
    trouble: str | None = None
    beaten: float = field(default_factory=time.monotonic)

    def beat(self, trouble: str | None = None) -> None:
        """The loop turned. With ``trouble`` it turns but cannot do its work."""
        self.beaten = time.monotonic()
        self.trouble = trouble

    @property
    def age(self) -> float:
        """Seconds since the last beat."""
        return time.monotonic() - self.beaten

    @property
    def alive(self) -> bool:
        """Whether the last beat is recent enough."""
        return self.age < self.patience


Check = Callable[[], Awaitable[str | None]]
"""Answers None when all is well, else a short sentence without secrets or people."""


class Health:
    """All that can be said of one process: its loops and its checks."""

    def __init__(self) -> None:
        self.heartbeats: list[Heartbeat] = []
        self.checks: dict[str, Check] = {}
        self.starting = True
        self.draining = False

    def heartbeat(self, name: str) -> Heartbeat:
        """A new loop's sign of life, watched from now on."""
        heartbeat = Heartbeat(name)
        self.heartbeats.append(heartbeat)
        return heartbeat

    def live(self) -> dict[str, str]:
        """What is dead, by name; empty when the process lives."""
        return {beat.name: f"no sign of life for {beat.age:.0f} s" for beat in self.heartbeats if not beat.alive}

    async def ready(self) -> dict[str, str]:
        """What keeps this process from its work now, by name; empty when it is ready.

        A process that is starting is not: who asks before its parts have begun would find nothing wrong with them.
        """
        wrong = self.live()
        if self.starting:
            wrong["process"] = "starting"
        if self.draining:
            wrong["process"] = "stopping"
        for beat in self.heartbeats:
            if beat.trouble:
                wrong.setdefault(beat.name, beat.trouble)
        for name, check in list(self.checks.items()):  # a part may begin while another is asked
            said = await check()
            if said:
                wrong[name] = said
        return wrong
