"""Which of the two sets of tables is read, and how they are turned round."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.compiled import Compiled
from kith_reporting.tables import Slot

_PICK: Final = Compiled(sa.text("select slot from live for share"))
_HOLD: Final = sa.text("select slot from live for update")
_TURN: Final = sa.text("update live set slot = :slot")
_EMPTY: Final = sa.text("select empty_spare()")


async def get_live_slot(tx: AsyncConnection) -> Slot:
    """The slot that is read, which stays the live one until this transaction ends."""
    ((slot,),) = await _PICK.rows(tx, {})
    return Slot(slot)


async def get_live_slot_for_update(tx: AsyncConnection) -> Slot:
    """The slot that is read; waits for the batches in hand, and holds up new ones until this transaction ends."""
    return Slot((await tx.execute(_HOLD)).scalar_one())


async def turn_to(tx: AsyncConnection, slot: Slot) -> None:
    """Make ``slot`` the live one for whoever reads after this transaction."""
    await tx.execute(_TURN, {"slot": slot})


async def empty_spare(tx: AsyncConnection) -> None:
    """Empty the slot that is not live."""
    await tx.execute(_EMPTY)
