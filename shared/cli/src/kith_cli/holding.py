"""What every service holds about somebody, asked one after the other: referrals knows the ids that the others need."""

from typing import Any
from uuid import UUID

from kith_cli.cannot import CannotRun
from kith_cli.installation import SERVICES
from kith_cli.speaking import Speaker

PATH = "/operations/holdings"
OWNER = "referrals"
"""The service that knows who people are, whoever is joined with them, and which referrals are theirs."""

Holdings = dict[str, Any]
"""One service's answer: `service`, `holdings` (`kind`, `id`, `tombstone`, `organisation_id`, `says`) and `erased`."""


def gather(operator: Speaker, person_id: UUID) -> tuple[list[str], list[Holdings]]:
    """The ids of all of somebody's joined records, and what each service holds about them and their referrals.

    `CannotRun` where nobody was ever known by that id: an answer that says nothing would be taken for a proof.
    """
    own: Holdings = operator.post(OWNER, PATH, {"people": [str(person_id)]})
    people = [one["id"] for one in own["holdings"] if one["kind"] == "person"]
    if not people:
        raise CannotRun(f"Nobody was ever known by the id {person_id}. Check it.")
    referrals = [one["id"] for one in own["holdings"] if one["kind"] == "referral"]
    asked = {"people": people, "referrals": referrals}
    others = [operator.post(name, PATH, asked) for name in SERVICES if name != OWNER]
    return people, [own, *others]
