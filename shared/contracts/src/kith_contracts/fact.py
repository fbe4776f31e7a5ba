"""What every published fact is: immutable, named in the past tense, about one story, and free of people's data."""

import re
from typing import Annotated, ClassVar, Final, NamedTuple
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

LONGEST_CODE: Final = 60
"""Signs that a code has at the most."""

Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=LONGEST_CODE)]
"""A word from a known list that may grow. Readers show a code they do not know as it is.

A pattern and never an Enum: with an Enum every new need or reason would be a breaking change.
"""

District = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,2}[0-9][A-Z0-9]?$")]
"""The outward half of a UK postcode, ``G12`` or ``EH1``: the most exact place a fact may hold."""

AgeBand = Annotated[str, StringConstraints(pattern=r"^([0-9]{1,3}-[0-9]{1,3}|[0-9]{1,3}-plus|unknown)$")]
"""Ten years of age (``35-44``), ``85-plus``, or ``unknown``: facts hold no birth dates."""

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
"""A language as ISO 639 writes it: two letters where there are two, else three."""

PublicName = Annotated[str, StringConstraints(pattern=r"^[^\u0000-\u001f\u007f]+$", max_length=200)]
"""What an organisation or a programme calls itself in public, on one line. The only free words a fact may hold."""

OdsCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2,12}$")]
"""An organisation's code in the NHS Organisation Data Service."""

Count = Annotated[int, Field(ge=0, le=2_147_483_647)]
"""How many. Every reader's column holds it, so that no fact is refused for a number too large to store."""

Moment = AwareDatetime
"""An instant (UTC)."""

Percentage = Annotated[int, Field(ge=0, le=100)]
"""A share in whole per cent, never with the counts it was taken from."""

Points = Annotated[int, Field(ge=-2_147_483_648, le=2_147_483_647)]
"""Points of a score, which a policy may also take away."""


class Story(NamedTuple):
    """What a fact is about. Its id is the record's key, so one story's facts stay in order."""

    kind: str
    id: UUID

    def __str__(self) -> str:
        """``kind/id``, the CloudEvents subject."""
        return f"{self.kind}/{self.id}"


class Fact(BaseModel):
    """Something that happened, as other services may know it.

    A subclass is named in the past tense (or for a state found); its wire name is the class name in kebab-case. It
    names its ``topic`` and, by ``story``, whose order it keeps. Fields added later are optional; a break is a new
    class with a higher ``version`` beside the old one. Unknown fields are ignored, so that old readers stay.
    The story is part of the promise too: within a version it is always told by the same fields.

    What a field means stands below it, known codes included, and travels into the schemas and ``docs/events.md``. An
    id whose name says whose it is needs nothing below it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    topic: ClassVar[str]
    version: ClassVar[int] = 1

    @property
    def story(self) -> Story:
        """What this fact is about; every concrete fact says it."""
        raise TypeError(f"{type(self).__name__} does not say what story it is about")


_HUMP: Final = re.compile(r"(?<!^)(?=[A-Z])")
_VERSION: Final = re.compile(r"V[0-9]+$")


def wire_name(fact: type[Fact]) -> str:
    """The fact's name in kebab-case: ``ReferralCreated`` is ``referral-created``, and so is ``ReferralCreatedV2``."""
    return _HUMP.sub("-", _VERSION.sub("", fact.__name__)).lower()


def wire_type(fact: type[Fact]) -> str:
    """The CloudEvents type: ``kith.referral-created.v1``."""
    return f"kith.{wire_name(fact)}.v{fact.version}"
