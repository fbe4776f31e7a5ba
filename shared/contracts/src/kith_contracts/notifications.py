"""What the notifications service tells: whether messages reached their channel, and concerns that nobody answered."""

from typing import ClassVar
from uuid import UUID

from kith_contracts.fact import Code, Count, Fact, Story

TOPIC = "kith.notifications.v1"


class NotificationsFact(Fact):
    """A fact told by notifications."""

    topic: ClassVar[str] = TOPIC


class MessageDelivered(NotificationsFact):
    """The channel took the message."""

    message_id: UUID
    story_kind: Code
    """What kind of story the message tells of, for example ``referral``."""
    story_id: UUID
    """The id of that story."""
    reason: Code
    """What the message tells, for example ``referral-decided``."""
    recipient: Code
    """``referrer``, ``person``, ``supporter``."""
    channel: Code
    """``email``."""
    tries: Count
    """Every attempt to hand it over, the last included."""

    @property
    def story(self) -> Story:
        """The story of the fact that the message tells of."""
        return Story(self.story_kind, self.story_id)


class MessageFailed(NotificationsFact):
    """The message will not be delivered, and nobody will try again."""

    message_id: UUID
    story_kind: Code
    """What kind of story the message tells of, for example ``referral``."""
    story_id: UUID
    """The id of that story."""
    reason: Code
    """What the message tells, for example ``referral-decided``."""
    recipient: Code
    """``referrer``, ``person``, ``supporter``."""
    channel: Code
    """``email``."""
    code: Code
    """``no-channel``, ``refused``, ``gave-up``.

    No address is known or none may be used; the server said no for good; the server put it off for five days.
    """
    tries: Count
    """Every attempt to hand it over, the last included."""

    @property
    def story(self) -> Story:
        """The story of the fact that the message tells of."""
        return Story(self.story_kind, self.story_id)


class ConcernEscalated(NotificationsFact):
    """Nobody answered a concern in time, so the next in line is told."""

    concern_id: UUID
    organisation_id: UUID
    """The organisation that answers."""
    passed_to: Code
    """``deputy``, ``trustee``."""
    unanswered: Code
    """What nobody has done in time: ``acknowledge``, ``decide``."""

    @property
    def story(self) -> Story:
        """The concern."""
        return Story("concern", self.concern_id)
