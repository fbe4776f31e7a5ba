"""One running process of a service: what its parts share, and what operators may ask it."""

from dataclasses import dataclass, field
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import Database
from kith_chassis.dead_letters import Redrive
from kith_chassis.health import Health
from kith_chassis.holdings import Holds
from kith_chassis.inbox import Inbox
from kith_chassis.received import OnFacts
from kith_chassis.replay import Replay

_DEPTH: Final = sa.text("select count(*) from outbox")


@dataclass(slots=True)
class Running:
    """A process: its parts (``api``, ``inbox``, ``relay``, ``timers``), its health, what redrives its dead letters."""

    name: str
    replica: int
    parts: frozenset[str]
    database: Database
    on_facts: OnFacts
    refusals: tuple[type[Exception], ...]
    audits: bool = False
    holds: Holds | None = None
    health: Health = field(default_factory=Health)
    inbox: Inbox | None = None
    replay: Replay | None = None

    def redriver(self) -> Redrive:
        """Gives dead letters to the service again; any process of the service can, whatever its parts."""
        return Redrive(self.database, self.on_facts, self.refusals)

    @staticmethod
    async def outbox_depth(tx: AsyncConnection) -> int:
        """Facts recorded and not yet sent."""
        return int((await tx.execute(_DEPTH)).scalar_one())
