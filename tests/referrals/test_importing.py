"""An export on PostgreSQL, with invented rows: what is kept, what is told, and what importing again does."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from kith_chassis.clock import new_id
from kith_referrals.api.imports import MappingBody
from kith_referrals.domain.consent import Feedback
from kith_referrals.domain.intake.mapping import Mapping
from kith_referrals.domain.intake.refusals import MappingUnusable
from kith_referrals.domain.intake.sifting import Outcome, Sifted
from kith_referrals.domain.network import Organisation
from kith_referrals.domain.refusals import NoOrganisation, NotYourOrganisation, ProgrammeUnknown
from kith_referrals.usecases import importing
from tests.builders import NOW
from tests.referrals.world import CHI_NUMBER, NHS_NUMBER, OPERATOR, World, a_person, a_wish, actor, member

COLUMNS: list[dict[str, Any]] = [
    {"column": "Ref", "to": "source_reference"},
    {"column": "CHI", "to": "chi_number"},
    {"column": "H&C", "to": "hc_number"},
    {"column": "Name", "to": "full_name"},
    {"column": "Born", "to": "birth_date"},
    {"column": "Postcode", "to": "postcode"},
    {"column": "E-mail", "to": "email"},
    {"column": "Notes", "to": "notes"},
    {"column": "Household", "never": True},
    {"column": "Agreed", "to": "consent", "values": {"yes": "yes", "no": "no"}},
    {"column": "Agreed on", "to": "consent_recorded_on"},
]
GOOD = {
    "CHI": "",
    "H&C": "",
    "Name": "Testwell, Renée",
    "Born": "2001-01-01",
    "Postcode": "G12 8QQ",
    "E-mail": "person@example.org",
    "Notes": "Private.",
    "Household": "Secret Childname",
    "Agreed": "yes",
    "Agreed on": "2026-11-23",
}


def mapping_of(organisation: Organisation, programme: str = "long-term-conditions") -> Mapping:
    return MappingBody.model_validate(
        {
            "organisation": str(organisation.id),
            "dialect": {"encoding": "utf-8", "delimiter": ",", "dates": "%Y-%m-%d"},
            "columns": COLUMNS,
            "constants": {"programme": programme, "contact_by": ["email"]},
        }
    ).mapping()


def a_row(number: int, **changes: str) -> tuple[int, dict[str, str]]:
    cells = GOOD | {"Ref": f"R/{number}", "Name": f"Testwell{number}, Renée"}
    return number, cells | {column.replace("_", " "): text for column, text in changes.items()}


async def take(
    world: World, *rows: tuple[int, dict[str, str]], by: Organisation | None = None, later: timedelta = timedelta()
) -> list[Sifted]:
    organisation = by or world.referrer
    async with world.database.transaction(member(organisation.id)) as tx:
        return await importing.import_rows(
            tx, mapping_of(organisation), rows, by=actor(organisation.id), file_name="export.csv", now=NOW + later
        )


async def count(world: World, table: str) -> int:
    return await world.seen(OPERATOR, table)


async def stored(world: World, table: str) -> list[dict[str, Any]]:
    async with world.database.transaction(OPERATOR) as tx:
        return [dict(row) for row in (await tx.execute(sa.text(f"select * from {table} order by id"))).mappings()]


async def test_accepted_rows_are_referrals_and_are_told(world: World) -> None:
    done = await take(world, a_row(1), a_row(2))

    assert [row.outcome for row in done] == [Outcome.ACCEPTED] * 2
    told = await world.told()
    assert [(name, body["referral_id"]) for name, body in told] == [
        ("referral-created", str(row.referral_id)) for row in done
    ]


async def test_the_mapping_says_how_much_the_referrer_hears(world: World) -> None:
    mapping = mapping_of(world.referrer)
    some = replace(mapping, constants=replace(mapping.constants, feedback=Feedback.DECISION))
    async with world.database.transaction(member(world.referrer.id)) as tx:
        await importing.import_rows(tx, some, [a_row(1)], by=actor(world.referrer.id), file_name=None, now=NOW)
    await take(world, a_row(2))

    assert [body["feedback"] for _, body in await world.told()] == ["decision", "outcome"]


async def test_an_imported_person_is_kept_as_the_row_says(world: World) -> None:
    await take(world, a_row(1, CHI=CHI_NUMBER))

    [person] = await stored(world, "people")
    assert (person["family_name"], person["given_name"], person["chi_number"], person["contact_by"]) == (
        "Testwell1",
        "Renée",
        CHI_NUMBER,
        ["email"],
    )


async def test_a_column_that_is_never_imported_is_nowhere(world: World) -> None:
    await take(world, a_row(1, CHI=CHI_NUMBER), a_row(2, CHI=CHI_NUMBER))

    for table in ("people", "referrals", "imported_rows", "outbox"):
        assert "Secret Childname" not in str(await stored(world, table))


async def test_a_rejected_row_leaves_nothing_and_can_be_corrected(world: World) -> None:
    [wrong] = await take(world, a_row(1, Born="31/02/1970"))
    kept = [await count(world, table) for table in ("people", "referrals", "imported_rows", "outbox")]

    [right] = await take(world, a_row(1))

    assert (wrong.outcome, wrong.column, kept[:3]) == (Outcome.REJECTED, "Born", [0, 0, 0])
    assert right.outcome is Outcome.ACCEPTED


async def test_consent_of_tomorrow_is_rejected_today_and_imported_tomorrow(world: World) -> None:
    row = a_row(1, Agreed_on="2026-11-24")

    [today] = await take(world, row)
    [tomorrow] = await take(world, row, later=timedelta(days=1))

    assert (today.column, today.code) == ("Agreed on", "consent-after-today")
    assert tomorrow.outcome is Outcome.ACCEPTED


async def test_importing_again_writes_nothing_and_says_the_same(world: World) -> None:
    rows = [a_row(1), a_row(2, CHI="0101011238"), a_row(3, Name="Testwell1, Renée"), a_row(4, Agreed="no")]
    first = await take(world, *rows)
    before = [await count(world, table) for table in ("people", "referrals", "imported_rows", "outbox")]

    again = await take(world, *rows, later=timedelta(days=400))

    assert [(row.outcome, row.column, row.of, row.referral_id) for row in again] == [
        (row.outcome, row.column, row.of, row.referral_id) for row in first
    ]
    assert [await count(world, table) for table in ("people", "referrals", "imported_rows", "outbox")] == before


async def test_two_imports_of_the_same_rows_at_once_make_each_referral_once(world: World) -> None:
    rows = [a_row(number) for number in range(20)]

    one, other = await asyncio.gather(take(world, *rows), take(world, *rows))

    assert [row.referral_id for row in one] == [row.referral_id for row in other]
    assert await count(world, "referrals") == 20


async def test_a_changed_row_is_rejected_and_changes_nothing(world: World) -> None:
    await take(world, a_row(1))

    [changed] = await take(world, a_row(1, Notes="Other."))

    assert (changed.outcome, changed.column, changed.code) == (Outcome.REJECTED, "Ref", "changed-since-import")
    assert await count(world, "referrals") == 1


async def test_a_possible_duplicate_creates_nothing_and_waits_with_its_cells(world: World) -> None:
    await take(world, a_row(1, CHI=CHI_NUMBER))

    [alike] = await take(world, a_row(2, CHI=CHI_NUMBER))

    assert (alike.outcome, alike.of) == (Outcome.POSSIBLE_DUPLICATE, "R/1")
    [waiting] = [row for row in await stored(world, "imported_rows") if row["outcome"] == "possible-duplicate"]
    assert waiting["cells"]["Name"] == "Testwell2, Renée"
    assert [await count(world, table) for table in ("people", "referrals")] == [1, 1]


async def test_the_same_health_and_care_number_is_found(world: World) -> None:
    await world.refer(a_person(world.referrer.id, hc_number=NHS_NUMBER), wish=a_wish(source_reference="P/7"))

    [alike] = await take(world, a_row(1, **{"H&C": "999 056 8855"}))

    assert (alike.outcome, alike.of) == (Outcome.POSSIBLE_DUPLICATE, "P/7")


async def test_the_cells_of_accepted_rows_are_not_kept_twice(world: World) -> None:
    await take(world, a_row(1))

    assert [row["cells"] for row in await stored(world, "imported_rows")] == [None]


async def test_a_referral_made_before_is_found_by_its_reference(world: World) -> None:
    person = a_person(world.referrer.id, chi_number=CHI_NUMBER)
    await world.refer(person, wish=a_wish(source_reference="P/7"))

    [alike] = await take(world, a_row(1, CHI=CHI_NUMBER))

    assert (alike.outcome, alike.of) == (Outcome.POSSIBLE_DUPLICATE, "P/7")


async def test_a_referral_without_reference_is_shown_by_its_id(world: World) -> None:
    referral = await world.refer(a_person(world.referrer.id, chi_number=CHI_NUMBER))

    [alike] = await take(world, a_row(1, CHI=CHI_NUMBER))

    assert alike.of == str(referral.id)


async def test_a_reference_that_another_way_in_took_is_rejected(world: World) -> None:
    await world.refer(wish=a_wish(source_reference="R/1"))

    [taken] = await take(world, a_row(1))

    assert (taken.column, taken.code) == ("Ref", "reference-taken")


async def test_a_person_whom_the_importing_organisation_may_not_see_is_no_duplicate(world: World) -> None:
    await take(world, a_row(1, CHI=CHI_NUMBER))

    [done] = await take(world, a_row(1, CHI=CHI_NUMBER), by=world.stranger)

    assert done.outcome is Outcome.ACCEPTED


async def test_a_person_referred_to_the_importing_organisations_programme_is_one(world: World) -> None:
    await take(world, a_row(1, CHI=CHI_NUMBER))

    [done] = await take(world, a_row(9, CHI=CHI_NUMBER), by=world.host)

    assert (done.outcome, done.of) == (Outcome.POSSIBLE_DUPLICATE, "R/1")


async def test_the_same_reference_of_two_organisations_is_two_rows(world: World) -> None:
    [one] = await take(world, a_row(1))
    [other] = await take(world, a_row(1), by=world.stranger)

    assert one.referral_id != other.referral_id


async def test_waiting_rows_are_seen_by_the_organisation_that_imported_them_alone(world: World) -> None:
    await take(world, a_row(1, CHI=CHI_NUMBER), a_row(2, CHI=CHI_NUMBER))

    seen = [await world.seen(member(each.id), "imported_rows") for each in (world.referrer, world.host, world.stranger)]

    assert seen == [2, 0, 0]


async def test_an_organisation_imports_its_own_export_only(world: World) -> None:
    with pytest.raises(NotYourOrganisation):
        async with world.database.transaction(member(world.stranger.id)) as tx:
            await importing.import_rows(
                tx, mapping_of(world.referrer), [a_row(1)], by=actor(world.stranger.id), file_name=None, now=NOW
            )


async def test_an_organisation_that_is_not_in_the_network_cannot_import(world: World) -> None:
    with pytest.raises(NoOrganisation):
        await take(world, a_row(1), by=replace(world.referrer, id=new_id()))


async def test_rows_that_lack_a_column_are_refused_together(world: World) -> None:
    number, cells = a_row(2)

    with pytest.raises(MappingUnusable):
        await take(world, a_row(1), (number, {column: text for column, text in cells.items() if column != "Agreed"}))

    assert await count(world, "referrals") == 0


async def test_a_constant_programme_that_there_is_not_refuses_the_rows_together(world: World) -> None:
    with pytest.raises(ProgrammeUnknown):
        async with world.database.transaction(member(world.referrer.id)) as tx:
            await importing.import_rows(
                tx,
                mapping_of(world.referrer, "no-such-programme"),
                [a_row(1)],
                by=actor(world.referrer.id),
                file_name=None,
                now=NOW,
            )


async def test_text_that_a_database_cannot_hold_is_imported_without_it(world: World) -> None:
    odd = "Call\x00 \ud800later"

    done = await take(
        world, a_row(1, Notes=odd, CHI=CHI_NUMBER), a_row(2, Notes=odd, CHI=CHI_NUMBER), a_row(3, Notes=odd)
    )

    assert [row.outcome for row in done] == [Outcome.ACCEPTED, Outcome.POSSIBLE_DUPLICATE, Outcome.ACCEPTED]
    assert [row["notes"] for row in await stored(world, "referrals")] == ["Notes: Call later"] * 2


async def test_a_thousand_rows_take_as_many_statements_as_one(world: World) -> None:
    async def statements(*rows: tuple[int, dict[str, str]]) -> int:
        asked: list[str] = []

        def note(_c: Any, _k: Any, statement: str, *_: Any) -> None:
            asked.append(statement)

        async with world.database.transaction(member(world.referrer.id)) as tx:
            connection = tx.sync_connection
            sa.event.listen(connection, "before_cursor_execute", note)
            await importing.import_rows(
                tx, mapping_of(world.referrer), rows, by=actor(world.referrer.id), file_name=None, now=NOW
            )
            sa.event.remove(connection, "before_cursor_execute", note)
        return len(asked)

    one = await statements(a_row(0))

    assert await statements(*(a_row(number) for number in range(1, 1001))) == one
    assert await count(world, "referrals") == 1001
