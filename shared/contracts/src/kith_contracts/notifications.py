"""What the notifications service tells: whether a message reached the channel it was meant for."""

from typing import ClassVar
from uuid import UUID

from kith_contracts.fact import Code, Fact, Story

TOPIC = "kith.notifications.v1"


class NotificationsFact(Fact):
    """A fact told by notifications."""

    topic: ClassVar[str] = TOPIC


class MessageDelivered(NotificationsFact):
    """The channel took the message. ``tries`` counts every attempt to hand it over, the last included.

    ``story_kind`` and ``story_id`` are those of the fact the message tells of. Recipients: ``referrer``, ``person``,
    ``supporter``. Channels: ``email``.
    """

    message_id: UUID
    story_kind: Code
    story_id: UUID
    reason: Code
    recipient: Code
    channel: Code
    tries: int

    @property
    def story(self) -> Story:
        """The story of the fact that the message tells of."""
        return Story(self.story_kind, self.story_id)


class MessageFailed(NotificationsFact):
    """The message will not be delivered, and nobody will try again.

    Codes: ``no-channel`` (no address is known, or none may be used), ``refused`` (the server said no for good).
    """

    message_id: UUID
    story_kind: Code
    story_id: UUID
    reason: Code
    recipient: Code
    channel: Code
    code: Code
    tries: int

    @property
    def story(self) -> Story:
        """The story of the fact that the message tells of."""
        return Story(self.story_kind, self.story_id)
