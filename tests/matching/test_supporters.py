import asyncio
from dataclasses import replace

import pytest

from kith_chassis.clock import new_id
from kith_chassis.http import StaleVersion
from kith_chassis.http.versions import VersionMissing
from kith_chassis.identity import Caller
from kith_contracts.matching import SupporterChanged
from kith_matching.domain.refusals import NotYourProgramme, SupporterNotFound
from kith_matching.domain.supporter import SupporterState
from kith_matching.usecases import supporting
from tests.matching.builders import NOW, a_supporter
from tests.matching.stage import Stage


async def test_a_new_supporter_is_told_without_name_or_address(stage: Stage) -> None:
    supporter = stage.somebody(programme_ids=(new_id(),))

    await stage.put(supporter)

    assert await stage.told() == [
        SupporterChanged(
            supporter_id=supporter.id,
            organisation_id=stage.organisation_id,
            programme_ids=supporter.programme_ids,
            state="active",
            capacity=1,
        )
    ]


async def test_the_same_again_changes_nothing_and_tells_nothing(stage: Stage) -> None:
    supporter = stage.somebody()
    await stage.put(supporter)

    kept, new = await stage.put(supporter)

    assert (kept, new) == (supporter, False)
    assert len(await stage.told()) == 1


async def test_a_change_names_the_version_it_is_about(stage: Stage) -> None:
    supporter = stage.somebody()
    await stage.put(supporter)
    changed = replace(supporter, capacity=4)

    with pytest.raises(VersionMissing):
        await stage.put(changed)
    with pytest.raises(StaleVersion):
        await stage.put(changed, version=7)
    kept, _ = await stage.put(changed, version=1)

    assert (kept.capacity, kept.version) == (4, 2)


async def test_what_others_cannot_see_is_not_told(stage: Stage) -> None:
    supporter = stage.somebody()
    await stage.put(supporter)

    await stage.put(replace(supporter, telephone="07700 900789", interests=("chess",)), version=1)

    assert len(await stage.told()) == 1
    assert (await stage.supporter(supporter.id)).telephone == "07700 900789"


async def test_a_pause_is_told(stage: Stage) -> None:
    supporter = stage.somebody()
    await stage.put(supporter)

    await stage.put(replace(supporter, state=SupporterState.RESTING), version=1)

    last = (await stage.told())[-1]
    assert isinstance(last, SupporterChanged)
    assert last.state == "resting"


async def test_two_who_record_a_new_supporter_at_once_make_one(stage: Stage) -> None:
    supporter = stage.somebody()

    outcomes = await asyncio.gather(*(stage.put(supporter) for _ in range(4)))

    assert sorted(new for _, new in outcomes) == [False, False, False, True]
    assert len(await stage.told()) == 1


async def test_the_id_of_another_organisations_supporter_is_not_there(stage: Stage) -> None:
    supporter = stage.somebody()
    await stage.put(supporter)
    other = stage.of_another_organisation()

    with pytest.raises(SupporterNotFound):
        await other.put(replace(supporter, organisation_id=other.organisation_id))
    with pytest.raises(SupporterNotFound):
        await other.put(replace(supporter, organisation_id=other.organisation_id), version=1)

    assert await stage.supporter(supporter.id) == supporter


async def test_a_programme_known_to_be_anothers_cannot_be_joined(stage: Stage) -> None:
    programme = await stage.of_another_organisation().a_programme()

    with pytest.raises(NotYourProgramme):
        await stage.put(stage.somebody(programme_ids=(programme.programme_id,)))


async def test_a_programme_that_is_not_known_yet_can_be_joined(stage: Stage) -> None:
    _, new = await stage.put(stage.somebody(programme_ids=(new_id(),)))

    assert new


async def test_a_read_of_an_address_is_on_the_record(stage: Stage) -> None:
    supporter = stage.somebody()
    await stage.put(supporter)
    notifications = Caller("notifications", None, frozenset({"service", "service:notifications"}), "notifications")

    async with stage.database.transaction(notifications) as tx:
        found = await supporting.read_contact(tx, supporter.id, now=NOW)

    assert found.email == "sam.testwell@example.org"
    entry = (await stage.on_the_record(supporter.id))[-1]
    assert (entry["action"], entry["client_id"]) == ("supporter-contact-read", "notifications")


async def test_a_supporter_hides_from_repr() -> None:
    shown = repr(a_supporter())

    assert not any(private in shown for private in ("Testwell", "example.org", "07700", "diabetes", "isolation", "G12"))
