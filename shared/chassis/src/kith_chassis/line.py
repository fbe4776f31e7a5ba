"""Stops the inbox when most of what comes is set aside: a bad deploy must not empty the log into dead letters."""

import asyncio
from collections import deque
from typing import Final

WINDOW: Final = 100
"""Records looked back on."""
FEWEST: Final = 20
"""Records since the start before which nothing is concluded."""


class LineStopped(Exception):  # noqa: N818  a state, not a failure of this code
    """More than half of the last records were set aside. Nothing of this batch is kept, no offset is committed."""


class Line:
    """The last records of one process, handled or set aside. Records that wait behind another count as neither."""

    def __init__(self) -> None:
        self._last: deque[bool] = deque(maxlen=WINDOW)
        self._resumed = asyncio.Event()
        self._excused = False
        self.stopped = False

    @property
    def trouble(self) -> str | None:
        """What to say while the line stands; None while it runs."""
        return "the line is stopped: most facts were set aside; mend the cause, then resume" if self.stopped else None

    def check(self, handled: int, aside: int) -> None:
        """Raise ``LineStopped`` if keeping this many more set aside would make them more than half."""
        if not aside or self._excused:
            return
        last = deque(self._last, maxlen=WINDOW)
        last.extend([False] * handled + [True] * aside)
        if self.stopped or (len(last) >= FEWEST and sum(last) * 2 > len(last)):
            self.stopped = True
            self._resumed.clear()
            raise LineStopped

    def note(self, handled: int, aside: int) -> None:
        """These were committed."""
        self._last.extend([False] * handled + [True] * aside)

    def batch_done(self) -> None:
        """The batch in hand is through: from the next one on, the share counts again."""
        self._excused = False

    def resume(self) -> None:
        """Go on: the batch that stopped the line is let through, and counting begins anew."""
        self._last.clear()
        self._excused = self.stopped
        self.stopped = False
        self._resumed.set()

    async def wait(self, seconds: float) -> None:
        """Wait for ``resume``, but no longer than this."""
        try:
            await asyncio.wait_for(self._resumed.wait(), seconds)
        except TimeoutError:
            return
