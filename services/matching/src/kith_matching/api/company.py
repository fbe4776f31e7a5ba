"""With whom people came to a meeting, as it is asked and shown."""

from collections.abc import Iterable
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from kith_matching.domain.occasion import Company

MOST_COMPANIONS = 20


class CompanyAsked(BaseModel):
    """With whom somebody who attended came: with another who did, as a pair, or with people who are not named.

    Of a pair it is enough to say it of one.
    """

    model_config = ConfigDict(extra="forbid")

    referral_id: UUID
    pair_with: UUID | None = None
    companions: Annotated[int, Field(ge=0, le=MOST_COMPANIONS)] = 0


class CompanyShown(BaseModel):
    """With whom somebody who attended came. A pair is shown of both."""

    referral_id: UUID
    pair_with: UUID | None
    companions: int


def company_of(asked: Iterable[CompanyAsked]) -> list[Company]:
    """As the domain knows it."""
    return [Company(one.referral_id, one.pair_with, one.companions) for one in asked]
