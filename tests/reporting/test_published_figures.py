"""The figures that were published of the troubled families agenda come out of a report, at the scale of the nation.

The source (Relative Experience, *Troubled families agenda*): 120,000 families were proposed; "it has been proposed that
92,000 families have been identified by local authorities", with "62,000 families being worked with and over 22,000 have
been turned around: children returning to school; reduced youth crime and anti-social behaviour; and over 1,400 adults
now in continuous work". Here 22,001 households have a claim that stands, and of 1,401 of them it is continuous work.

Every family is there, as the facts that were told of it: none of the figures is scaled.
"""

from collections.abc import Iterator
from itertools import islice

import httpx
import pytest

from kith_chassis.clock import new_id, new_pseudonym
from kith_chassis.database import Database
from kith_contracts.fact import Fact
from kith_contracts.programmes.terms import ProgrammeTerms
from kith_contracts.referrals import ProgrammePublished
from tests import builders as a
from tests.conftest import AsCaller, DatabaseOf, HttpOf
from tests.reporting.hearing import hear

PROPOSED, IDENTIFIED, WORKED_WITH, TURNED_AROUND, IN_WORK = 120_000, 92_000, 62_000, 22_001, 1_401
BATCH = 4_000


@pytest.fixture
async def database(database_of: DatabaseOf) -> Database:
    return await database_of("reporting")


@pytest.mark.slow
async def test_of_120000_families_92000_are_identified_62000_worked_with_and_over_22000_turned_around(
    database: Database, http_of: HttpOf, as_caller: AsCaller
) -> None:
    programme = a.a_programme_published(
        programme_name="Family Partners",
        terms=ProgrammeTerms(definition_version=1, proposed_households=PROPOSED),
    )
    await hear(database, programme)
    told = the_agenda(programme)
    while facts := list(islice(told, BATCH)):
        await hear(database, *facts)

    client: httpx.AsyncClient = await http_of("reporting", database)
    asked = {"programme_id": str(programme.programme_id)}
    found = (await client.get("/results", params=asked, auth=as_caller("operator"))).json()

    assert found["exact"] == {
        "proposed": PROPOSED,
        "identified": IDENTIFIED,
        "worked_with": WORKED_WITH,
        "turned_around": TURNED_AROUND,
        "by_result": [
            {"result": "continuous-work", "standing": IN_WORK, "reversed": 0},
            {"result": "school-attendance", "standing": TURNED_AROUND - IN_WORK, "reversed": 0},
        ],
    }
    assert found["published"] == {
        "proposed": 120_000,
        "identified": 92_000,
        "worked_with": 62_000,
        "turned_around": 22_000,
        "by_result": [
            {"result": "continuous-work", "standing": 1_400, "reversed": 0},
            {"result": "school-attendance", "standing": 20_600, "reversed": 0},
        ],
    }


def the_agenda(programme: ProgrammePublished) -> Iterator[Fact]:
    """A fact for each family that is identified, one more for each that is worked with, and one for each claim."""
    referral = a.a_referral_created(programme)
    match = a.a_match_made(a.a_match_proposed(referral, a.a_supporter_changed(programme)))
    claim = a.a_result_claimed(programme)
    for family in range(IDENTIFIED):
        ids = {"referral_id": new_id()}
        yield referral.model_copy(update=ids | {"person_id": new_pseudonym()})
        if family < WORKED_WITH:
            yield match.model_copy(update=ids | {"match_id": new_id()})
        if family < TURNED_AROUND:
            result = "continuous-work" if family < IN_WORK else "school-attendance"
            household = {"claim_id": new_id(), "household_id": new_pseudonym(), "result": result}
            yield claim.model_copy(update=household)
