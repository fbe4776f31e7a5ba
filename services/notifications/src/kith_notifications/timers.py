"""Moments in: concerns that nobody answered in time; and the sender, which hands over what is due."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from kith_chassis import clock, telemetry
from kith_chassis.database import Database, is_fault
from kith_chassis.health import Heartbeat
from kith_chassis.identity import Caller
from kith_chassis.service import Timer
from kith_notifications import usecases
from kith_notifications.channels.addresses import Found, Owners, Unreachable, ask
from kith_notifications.channels.letters import Unwritable, compose
from kith_notifications.channels.mail_server import Closed, Post
from kith_notifications.domain.sending import (
    BATCH,
    NO_CHANNEL,
    Claimed,
    Failed,
    NotTried,
    Outcome,
    PutOff,
    Settled,
    may_begin,
    pause_after,
    settle,
)

log = logging.getLogger(__name__)

POLL: Final = 0.5
"""Seconds between looks while nothing is due."""

TIMERS: Final = (Timer("pass-on-concerns", timedelta(seconds=15), usecases.pass_on_concerns),)

ITSELF: Final = Caller(
    "kith-notifications", None, frozenset({"service", "service:notifications"}), "kith-notifications"
)
"""Who asks the database when messages are sent: this service, for the whole network."""


class Sender:
    """Sends what is due, for as long as the process lives.

    The claim, with the try counted, is committed before a letter leaves. A sender killed after that and before the
    record leaves its messages in ``sending``; they are sent again with the same ``Message-ID``, and counted.
    """

    def __init__(
        self,
        database: Database,
        owners: Owners,
        post: Post,
        *,
        replica: int,
        now: Callable[[], datetime] = clock.now,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._owners = owners
        self._post = post
        self._replica = replica
        self._now = now
        self._chance = chance
        self._orphans = True
        self._faults = 0
        self.trouble: str | None = None
        self._unrecorded: list[Settled] = []

    async def run(self, heartbeat: Heartbeat, stop: asyncio.Event) -> None:
        """Send until ``stop``. Faults of database, mail server and owners are waited for, for ever."""
        try:
            while not stop.is_set():
                more = await self.turn(heartbeat, stop)
                heartbeat.beat(self.trouble)
                if self.trouble:
                    # The longest there is, so that what waits for the same reason is due again by then.
                    await _pause(stop, pause_after(self._faults, jitter=1.0).total_seconds())
                elif not more:
                    await _pause(stop, POLL)
        finally:
            await self._post.close()

    async def turn(self, heartbeat: Heartbeat, stop: asyncio.Event) -> bool:
        """One batch, if anything is due; whether there may be more. Faults become ``trouble``."""
        try:
            more = await self._turn(heartbeat, stop)
        except Closed as closed:
            self._in_trouble(f"waiting for the mail server ({closed})")
        except Exception as error:
            if not is_fault(error):
                raise
            # Whether a claim was committed is not known; what this sender holds without knowing is freed next time.
            self._orphans = True
            self._in_trouble(f"waiting for the database ({type(error).__name__})")
        else:
            return more
        return False

    async def _turn(self, heartbeat: Heartbeat, stop: asyncio.Event) -> bool:
        await self._record()
        async with self._database.transaction(ITSELF) as tx:
            if self._orphans:
                await usecases.release_messages(tx, sender=self._replica, now=self._now())
            due = await usecases.is_any_due(tx, now=self._now())
        self._orphans = False
        if not due:
            self._well()
            return False
        await self._post.open()
        claimed_at = self._now()
        async with self._database.transaction(ITSELF) as tx:
            claimed = await usecases.claim_messages(tx, sender=self._replica, now=claimed_at)
        closed = await self._send(claimed, claimed_at, heartbeat, stop)
        await self._record()
        if closed is not None:
            raise closed
        return len(claimed) == BATCH

    async def _send(
        self, claimed: list[Claimed], claimed_at: datetime, heartbeat: Heartbeat, stop: asyncio.Event
    ) -> Closed | None:
        """Try each, and keep what came of it to be recorded; what closed the way, if something did."""
        found = await ask(self._owners, ((message.recipient_kind, message.recipient_id) for message in claimed))
        closed: Closed | None = None
        tried = 0
        for message in claimed:
            outcome: Outcome = NotTried()
            if closed is None and not stop.is_set() and may_begin(claimed_at, self._now()):
                try:
                    outcome = await self._hand_over(message, found[message.recipient_kind, message.recipient_id])
                except Closed as now_closed:
                    closed = now_closed
            tried += not isinstance(outcome, NotTried)
            self._unrecorded.append(
                settle(message, outcome, faults=self._faults + 1, jitter=self._chance(), now=self._now())
            )
            heartbeat.beat(self.trouble)
        if tried or stop.is_set() or not claimed:
            self._well()
        elif closed is None:
            self._in_trouble("waiting for the owners of the addresses")
        return closed

    async def _hand_over(self, message: Claimed, contact: Found) -> Outcome:
        """Send one message. Raises ``Closed``. No fault of one letter may keep the others."""
        if isinstance(contact, Unreachable):
            return NotTried()
        if contact is None or not contact.may_email:
            return Failed(NO_CHANNEL)
        try:
            letter = compose(message, contact, sender=self._post.sender, now=self._now())
            return await self._post.send(letter)
        except Unwritable:
            return Failed(NO_CHANNEL)
        except Closed:
            raise
        except Exception as error:  # noqa: BLE001 - its text may hold an address; the others are still sent
            log.error("message put off", extra={"message_id": str(message.id), "fault": type(error).__name__})  # noqa: TRY400 - a traceback may hold one too
            return PutOff()

    async def _record(self) -> None:
        """Record what came of the attempts. What could not be recorded is kept and recorded later, not sent again."""
        if not self._unrecorded:
            return
        async with self._database.transaction(ITSELF) as tx:
            recorded = await usecases.record_settled(tx, self._unrecorded, now=self._now())
        self._unrecorded = []
        for one in recorded:
            if one.given_back:
                continue
            telemetry.count("kith.messages", outcome=one.code or ("retried" if one.state == "pending" else one.state))
            if one.message.repeated:
                telemetry.count("kith.messages", outcome="resent")
                log.warning("message may be a second copy", extra={"message_id": str(one.message.id)})

    def _in_trouble(self, trouble: str) -> None:
        if self.trouble is None:
            log.warning("sending waits", extra={"trouble": trouble})
        self._faults += 1
        self.trouble = trouble

    def _well(self) -> None:
        self._faults = 0
        self.trouble = None


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
