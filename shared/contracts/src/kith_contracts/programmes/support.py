"""What happens once people are together: sessions, groups, courses, how long it lasts, and what is seen to."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from kith_contracts.programmes.words import Channel, Codes, Contradiction, Days, Few, Minutes, Part, Weeks


class Limit(StrEnum):
    """Of what a length of time is the most."""

    EACH = "each"
    """Of each person's part of a session."""
    IN_ALL = "in-all"
    """Of all of them in one session together."""


class Times(StrEnum):
    """How somebody comes to a session that no two people arrange between themselves [K]."""

    BOOKED = "booked"
    OPEN = "open"


class Sessions(Part):
    """How long a session is, where it is, and how often."""

    minutes: Minutes | None = None
    """The usual length."""
    one_to_one_minutes: Minutes | None = None
    """The most that is one-to-one in it (HH: a three-hour session, fifteen minutes)."""
    one_to_one_limit: Limit = Limit.EACH
    every_days: Days | None = None
    """How often there should be one. None: whenever the two, or the group, agree."""
    missed_after_days: Days | None = None
    """Days without one after which the coordinator is told: of two who are matched, of somebody who stays away from a
    group that meets, and of a group that does not meet."""
    at_home: bool = False
    """Whether a supporter visits people's homes: then each visit has a plan, a check-in and a check-out."""

    times: tuple[Times, ...] = ()
    """How slots are taken. None where two people, or a group, arrange their own."""
    topics: Codes = ()
    """What they are about: what a course teaches, ``paired-reading``, ``campaigning``."""

    def contradictions(self) -> Iterator[Contradiction]:
        """A part that is longer than the whole, and a silence that is noticed before it is one."""
        if self.one_to_one_minutes and self.minutes and self.one_to_one_minutes > self.minutes:
            yield Contradiction(
                "part-above-whole",
                "one_to_one_minutes",
                f"A session of {self.minutes} minutes has no {self.one_to_one_minutes} for one person: "
                "make minutes longer, or this shorter.",
            )
        if self.missed_after_days and self.every_days and self.missed_after_days < self.every_days:
            yield Contradiction(
                "missed-too-soon",
                "missed_after_days",
                f"Sessions are {self.every_days} days apart, so none is missed after {self.missed_after_days}: "
                f"say {self.every_days} or more.",
            )


class Length(Part):
    """How long support lasts, and when it is looked at together."""

    weeks: Weeks | None = None
    """Planned length. None: as long as it helps."""
    review_weeks: Weeks | None = 6
    """Weeks from one review to the next. None where nobody is asked for one."""
    extensions: Annotated[int, Field(ge=0, le=10)] = 1
    """Extensions after which a *balance check* asks whether somebody has come to depend on it (LTC). Where no length is
    planned each review counts as one."""


class ComesAs(StrEnum):
    """Who comes."""

    ALONE = "alone"
    PAIR = "pair"
    """A person with their carer or partner; either may also come alone."""
    HOUSEHOLD = "household"


class Gathering(Part):
    """A group, a café, a course."""

    most: Annotated[int, Field(ge=2, le=500)] | None = None
    """Places. None: whoever comes."""
    facilitators: Few = 1
    waiting_list: bool = False
    """Whether names wait for a place."""
    meetings: Annotated[int, Field(ge=1, le=200)] | None = None
    """How many make a course. None: it goes on."""
    members_set_goals: bool = False
    """Whether members help one another to set goals (MH, *Self-management*)."""
    led_by_members: bool = False
    """Whether members decide what it does, and Kith keeps no more than they wish (HH: "from the bottom up")."""

    def contradictions(self) -> Iterator[Contradiction]:
        """People who wait for a place where everybody has one."""
        if self.waiting_list and self.most is None:
            yield Contradiction(
                "waits-for-nothing",
                "waiting_list",
                "Nobody waits where there is a place for whoever comes: say in most how many places there are.",
            )


class Component(StrEnum):
    """Something that any programme can switch on."""

    MEDIATION = "mediation"
    """Somebody close to neither helps two people out of a dispute, if both agree (MH, *Peer Mediation*)."""
    TASTER = "taster"
    """An occasion before any yes: no measures and no match. Some "buy into the idea once they have experienced it"
    (LTC)."""
    OUTREACH = "outreach"
    """Contacts with people who are not referred and not named."""
    SIGNPOSTING = "signposting"
    """Telling people of what else there is, from the directory."""
    DIRECTORY = "directory"
    """Keeping entries of others up to date."""
    EXCHANGE = "exchange"
    """Needs, skills and telephone numbers, which members switch on for themselves."""
    GOALS = "goals"
    """Person and supporter write down what they mean to reach, and look at it together."""
    HEADCOUNT = "headcount"
    """How many came, without a name: the most that an informal group is asked for, and only if members wish."""
    HELPS_OR_NOT = "helps-or-not"
    """After the second session or meeting, and at reviews, the person alone is asked whether it helps (RE: it may
    hinder). Where it is not on nobody is asked."""
    REACH_BY_AREA = "reach-by-area"
    """How many are reached in an area, against how many there are."""
    FEEDBACK = "feedback"
    """Clinicians who refer hear how it went, no more than the person agreed to (LTC, *Partnership working*)."""
    RESULTS = "results"
    """Results that are claimed from a payer."""
    SEVERAL_OFFERS = "several-offers"
    """One referral offered to several programmes, the person choosing."""
    PROGRESSION = "progression"
    """From supported to supporter."""
    CRISIS = "crisis"
    """One-to-one from a peer while somebody is in contact with services (HH: "in times of crisis")."""
    LOG = "log"
    """Everything said is logged, and somebody is there to sound off to (HH, *Support and supervision*)."""


class Support(Part):
    """What a programme gives."""

    comes_as: Annotated[tuple[ComesAs, ...], Field(min_length=1)] = (ComesAs.ALONE,)
    channels: tuple[Channel, ...] = ()
    """How they may meet. None said: in every way on which the two agree."""
    sessions: Sessions = Sessions()
    length: Length = Length()
    gathering: Gathering | None = None
    components: tuple[Component, ...] = ()

    def contradictions(self) -> Iterator[Contradiction]:
        """Visits where nobody meets in person."""
        if self.sessions.at_home and self.channels and Channel.IN_PERSON not in self.channels:
            yield Contradiction(
                "visits-not-in-person",
                "channels",
                "A supporter who visits people at home meets them in person: add in-person, or say at_home: false.",
            )
