"""A mapping as it is kept beside a row that waits, so that the row can be read again as it was read first."""

from collections.abc import Mapping as Words
from dataclasses import asdict
from typing import Any
from uuid import UUID

from kith_referrals.domain.consent import Feedback
from kith_referrals.domain.intake.mapping import Column, Constants, Dates, Mapping, Target
from kith_referrals.domain.referral import Meeting, Source


def kept(mapping: Mapping) -> dict[str, Any]:
    """The mapping as JSON can carry it."""
    return {
        "organisation_id": str(mapping.organisation_id),
        "dates": mapping.dates.value,
        "columns": [asdict(column) for column in mapping.columns],
        "constants": asdict(mapping.constants),
    }


def restored(told: Words[str, Any]) -> Mapping:
    """The mapping that ``kept`` told."""
    constants = told["constants"]
    return Mapping(
        organisation_id=UUID(told["organisation_id"]),
        dates=Dates(told["dates"]),
        columns=tuple(
            Column(
                **{
                    **column,
                    "to": Target(column["to"]),
                    "dates": Dates(column["dates"]) if column["dates"] is not None else None,
                }
            )
            for column in told["columns"]
        ),
        constants=Constants(
            **{
                **constants,
                "source": Source(constants["source"]),
                "contact_by": tuple(constants["contact_by"]),
                "channels": tuple(Meeting(way) for way in constants["channels"]),
                "needs": tuple(constants["needs"]),
                "feedback": Feedback(constants.get("feedback", Feedback.OUTCOME)),
            }
        ),
    )
