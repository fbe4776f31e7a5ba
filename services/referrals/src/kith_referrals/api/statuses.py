"""The HTTP status of each family of refusals."""

from typing import Final

from kith_referrals.domain.intake.refusals import RowNotWaiting, TooManyMappings
from kith_referrals.domain.person_refusals import PersonErased, PersonRefused
from kith_referrals.domain.refusals import (
    MoveRefused,
    NotAllowed,
    NotFound,
    NotOffered,
    ReferenceTaken,
    ReferralRefused,
    SlugTaken,
)

REFUSALS: Final[dict[type[Exception], int]] = {
    ReferralRefused: 422,
    NotFound: 404,
    NotAllowed: 403,
    MoveRefused: 409,
    NotOffered: 409,
    PersonRefused: 409,
    PersonErased: 410,
    RowNotWaiting: 409,
    TooManyMappings: 409,
    ReferenceTaken: 409,
    SlugTaken: 409,
}
