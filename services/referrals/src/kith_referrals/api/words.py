"""The kinds of field that bodies are made of: text that can be kept, codes, addresses."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from fastapi import Header
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from kith_referrals.domain.intake.reading import EMAIL_LIMIT, NAME_LIMIT, NOTES_LIMIT, REFERENCE_LIMIT, TELEPHONE_LIMIT
from kith_referrals.domain.places import OUTWARD
from kith_referrals.domain.words import clean


def _clean(value: Any) -> Any:
    return clean(value) if isinstance(value, str) else value


def _line(value: Any) -> Any:
    return " ".join(clean(value).split()) if isinstance(value, str) else value


def _utc(instant: datetime) -> datetime:
    """The instant in UTC; at either end of time there is none in some zones."""
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise ValueError("there is no such instant") from None


def _once(codes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes))


_CLEAN: Final = BeforeValidator(_clean)
_LINE: Final = BeforeValidator(_line)
"""One line with single spaces: a name with a line break in it would break a letter's headers."""
_MOST_CODES: Final = 50
_MOST_DISTRICTS: Final = 500

Name = Annotated[str, StringConstraints(min_length=1, max_length=NAME_LIMIT), _LINE]
Reference = Annotated[str, StringConstraints(min_length=1, max_length=REFERENCE_LIMIT), _LINE]
Telephone = Annotated[str, StringConstraints(min_length=1, max_length=TELEPHONE_LIMIT), _LINE]
Notes = Annotated[str, StringConstraints(min_length=1, max_length=NOTES_LIMIT), _CLEAN]
Words = Annotated[str, StringConstraints(min_length=1, max_length=500), _CLEAN]
ContactChannel = Literal["email", "telephone", "text"]
Number = Annotated[str, StringConstraints(min_length=1, max_length=20), _LINE]
Postcode = Annotated[str, StringConstraints(min_length=1, max_length=12), _LINE]
Email = Annotated[
    str,
    StringConstraints(pattern=r'^[^@\s,;<>()"]+@[^@\s,;<>()"]+\.[^@\s.,;<>()"]+$', max_length=EMAIL_LIMIT),
    _LINE,
]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200), _LINE]
Description = Annotated[str, StringConstraints(min_length=1, max_length=4000), _CLEAN]
Url = Annotated[
    str,
    StringConstraints(
        pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?([/?#][A-Za-z0-9._~:/?#@!$&'()*+,;=%-]*)?$", max_length=500
    ),
    _LINE,
]
District = Annotated[str, StringConstraints(pattern=f"^{OUTWARD}$")]
Districts = Annotated[tuple[District, ...], Field(max_length=_MOST_DISTRICTS), AfterValidator(_once)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Codes = Annotated[tuple[Code, ...], Field(max_length=_MOST_CODES), AfterValidator(_once)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=500), _LINE]
"""Why somebody decided something, in their own words."""
ReadingReason = Annotated[
    Annotated[str, StringConstraints(min_length=1, max_length=200), _LINE] | None,
    Header(alias="Kith-Reason", description="Why the record is read; needed where it is restricted, and then kept."),
]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Act = Annotated[str, StringConstraints(pattern=r"^[A-Z]+(-[A-Z]+)*-[0-9]{4}$", max_length=40)]
"""A law by its letters and year, such as MCA-2005."""
OdsCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{3,8}$")]
Instant = Annotated[AwareDatetime, AfterValidator(_utc)]
"""A moment, which says its zone; kept in UTC."""
Age = Annotated[int, Field(ge=0, le=130)]
Attempts = Annotated[int, Field(ge=1, le=20)]
Days = Annotated[int, Field(ge=1, le=3650)]
Points = Annotated[int, Field(ge=0, le=1000)]


class Body(BaseModel):
    """A request's body. A field that is not known is refused: it would be lost unseen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def with_entry(values: dict[str, Any], entry: type[Any]) -> dict[str, Any]:
    """A body's values, those of the directory's entry put together."""
    inside = {field.name for field in fields(entry)}
    said = {name: value for name, value in values.items() if name not in inside}
    return {**said, "entry": entry(**{name: values[name] for name in inside})}
