"""What every part of a programme's definition is made of."""

import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Final, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from kith_contracts.fact import Code, PublicName

Words = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=1000, pattern=r"^[^\u0000-\u0008\u000b-\u001f\u007f]+$"
    ),
]
"""Plain words for people, published with the programme. No signs that move a printer or end a text."""
Name = Annotated[PublicName, Field(min_length=1)]
Codes = Annotated[tuple[Code, ...], Field(max_length=50)]
Days = Annotated[int, Field(ge=1, le=1000)]
Weeks = Annotated[int, Field(ge=1, le=520)]
Minutes = Annotated[int, Field(ge=5, le=600)]
Years = Annotated[int, Field(ge=0, le=120)]
Points = Annotated[int, Field(ge=0, le=1000)]
Percent = Annotated[int, Field(ge=0, le=100)]
Few = Annotated[int, Field(ge=1, le=20)]


_NOT_OF_CODES: Final = re.compile("[^a-z0-9]+")


def code_of(name: str) -> str:
    """A name as a code: *Brighton and Hove* is ``brighton-and-hove``. Empty where no sign of it can stand in one."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _NOT_OF_CODES.sub("-", plain).strip("-")


class Contradiction(NamedTuple):
    """Two things that a definition says and that cannot both be meant."""

    code: str
    """Stable: what is wrong, for a program."""
    at: str
    """Where to mend it: the path below the part that says it, ``length.review_weeks``."""
    says: str
    """One sentence: what is wrong, and what to do."""


CONTRADICTS = "contradicts"
"""The type of pydantic's error; its context holds every ``Contradiction`` under the same word."""


class Part(BaseModel):
    """A part of a definition: complete, unchangeable, and without a word that nobody knows.

    Each part says all its contradictions together, so that who writes a file mends them in one go.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    def contradictions(self) -> Iterator[Contradiction]:
        """Everything that this part says against itself. None, unless a part has rules of its own."""
        return iter(())

    @model_validator(mode="after")
    def _can_be_meant(self) -> Self:
        """Refuse a part that contradicts itself."""
        if found := tuple(self.contradictions()):
            said = " ".join(f"{one.at}: {one.says}" for one in found)
            raise PydanticCustomError(CONTRADICTS, "{said}", {"said": said, CONTRADICTS: found})
        return self


class Model(StrEnum):
    """A way in which peers support one another."""

    ONE_TO_ONE = "one-to-one"
    GROUP = "group"
    DROP_IN = "drop-in"
    COURSE = "course"
    LISTENING_SLOTS = "listening-slots"
    TUTORING = "tutoring"
    MENTORING = "mentoring"
    MEDIATION = "mediation"
    MUTUAL_EXCHANGE = "mutual-exchange"
    OUTREACH = "outreach"


PAIRED = frozenset({Model.ONE_TO_ONE, Model.TUTORING, Model.MENTORING, Model.MEDIATION, Model.MUTUAL_EXCHANGE})
"""Models in which two people are matched."""
PLACED = frozenset({Model.GROUP, Model.COURSE, Model.LISTENING_SLOTS})
"""Models in which whoever waits is offered a place. A policy of matching may say which; it need not."""
GATHERED = frozenset({Model.GROUP, Model.DROP_IN, Model.COURSE})
"""Models in which several people come together."""


class Formality(StrEnum):
    """What a programme may ask of people at the most (HH, *the pyramid*; the levels are ours, [K])."""

    INFORMAL = "informal"
    """An entry in the directory and, if its members wish, a headcount."""
    ORGANISED = "organised"
    """Dated meetings."""
    FORMAL = "formal"
    """The full record."""


class Nation(StrEnum):
    """A nation with its own law of criminal-record checks."""

    ENGLAND = "england"
    SCOTLAND = "scotland"
    WALES = "wales"
    NORTHERN_IRELAND = "northern-ireland"


class Channel(StrEnum):
    """A way to meet or to reach somebody."""

    IN_PERSON = "in-person"
    TELEPHONE = "telephone"
    VIDEO = "video"
    TEXT = "text"
    EMAIL = "email"
    LETTER = "letter"
