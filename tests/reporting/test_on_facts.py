"""Facts become totals, once each, in real PostgreSQL."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from kith_chassis.clock import new_id
from kith_chassis.database import Database
from kith_reporting.domain.totals import Side
from tests import builders as a
from tests.conftest import DatabaseOf
from tests.reporting.hearing import hear, line_of, lines


@pytest.fixture
async def database(database_of: DatabaseOf) -> Database:
    return await database_of("reporting")


async def test_a_referral_counts_for_whoever_referred_and_for_whoever_runs_the_programme(database: Database) -> None:
    referral = a.a_referral_created()

    await hear(database, referral)

    owner, referrer = await lines(database)
    assert (owner.side, owner.organisation_id) == (Side.OWNER, referral.programme_organisation_id)
    assert (referrer.side, referrer.organisation_id) == (Side.REFERRER, referral.referring_organisation_id)
    assert owner.received == referrer.received == owner.undecided == 1


async def test_an_organisation_that_refers_to_itself_sees_both_sides_apart(database: Database) -> None:
    programme = a.a_programme_published()

    await hear(database, a.a_referral_created(programme, referring_organisation_id=programme.organisation_id))

    assert [(line.side, line.received) for line in await lines(database)] == [(Side.OWNER, 1), (Side.REFERRER, 1)]


async def test_an_accepted_referral_waits_until_its_match(database: Database) -> None:
    referral = a.a_referral_created()
    await hear(database, referral, a.a_referral_decided(referral))
    waiting = await line_of(database, referral)

    await hear(database, a.a_match_made(a.a_match_proposed(referral, a.a_supporter_changed())))

    matched = await line_of(database, referral)
    assert (waiting.waiting, waiting.undecided, waiting.matched) == (1, 0, 0)
    assert (matched.waiting, matched.waiting_since, matched.matched, matched.supported) == (0, 0, 1, 1)


async def test_what_is_reopened_is_open_and_undecided_again_and_received_once(database: Database) -> None:
    referral = a.a_referral_created()
    await hear(database, referral, a.a_referral_decided(referral, decision="declined"), a.a_referral_closed(referral))
    over = await line_of(database, referral)

    await hear(database, a.a_referral_reopened(referral))

    open_again = await line_of(database, referral)
    assert (over.closed, over.declined, over.undecided, over.ended_before_match) == (1, 1, 0, 1)
    assert (open_again.closed, open_again.declined, open_again.undecided) == (0, 0, 1)
    assert (open_again.received, open_again.ended_before_match) == (1, 0)


async def test_what_is_reopened_is_closed_again_also_in_the_same_batch(database: Database) -> None:
    referral = a.a_referral_created()

    await hear(database, referral, a.a_referral_closed(referral), a.a_referral_reopened(referral))
    reopened = await line_of(database, referral)
    await hear(database, a.a_referral_decided(referral), a.a_referral_closed(referral))

    closed = await line_of(database, referral)
    assert (reopened.closed, reopened.undecided) == (0, 1)
    assert (closed.closed, closed.accepted, closed.waiting) == (1, 1, 0)


async def test_who_is_not_ready_yet_is_undecided(database: Database) -> None:
    referral = a.a_referral_created()

    await hear(database, referral, a.a_referral_decided(referral), a.a_referral_decided(referral, decision="not-yet"))

    line = await line_of(database, referral)
    assert (line.accepted, line.waiting, line.undecided, line.ended_before_match) == (0, 0, 1, 0)


async def test_a_promise_counts_once_for_a_referral_however_often_it_is_missed(database: Database) -> None:
    referral = a.a_referral_created()
    missed = [a.a_promise_missed(referral, promise=promise) for promise in ("acknowledge", "decide", "decide")]

    await hear(database, referral, *missed, a.a_promise_missed(referral, promise="unheard-of"))

    owner, referrer = await lines(database)
    assert (owner.missed_acknowledge, owner.missed_decide, owner.missed_take_on, owner.missed_look_again) == (
        1,
        1,
        0,
        0,
    )
    assert (referrer.missed_acknowledge, referrer.missed_decide) == (1, 1)


async def test_who_goes_to_a_group_waits_no_longer_for_a_match(database: Database) -> None:
    programme = a.a_programme_published()
    goes, stays = a.a_referral_created(programme), a.a_referral_created(programme)
    await hear(database, goes, stays, a.a_referral_decided(goes), a.a_referral_decided(stays))

    await hear(database, a.a_group_meeting_logged(programme, goes))

    line = await line_of(database, programme)
    assert (line.waiting, line.attending, line.ended_before_match) == (1, 1, 0)


async def test_who_was_matched_in_vain_waits_again_until_the_next_match(database: Database) -> None:
    referral = a.a_referral_created()
    proposed = a.a_match_proposed(referral, a.a_supporter_changed())
    match = a.a_match_made(proposed)
    did_not_suit = a.a_match_ended(match, ending="did-not-suit", waits_again=True)
    await hear(database, referral, a.a_referral_decided(referral), match, did_not_suit)
    again = await line_of(database, referral)

    await hear(database, a.a_match_made(proposed))

    matched = await line_of(database, referral)
    assert (again.waiting_again, again.waiting, again.matched, again.supported) == (1, 0, 1, 0)
    assert (matched.waiting_again, matched.supported) == (0, 1)


async def test_days_waited_run_from_the_day_of_referral_to_the_first_match(database: Database) -> None:
    referral = a.a_referral_created(received_on=a.TODAY - timedelta(days=30))
    proposed = a.a_match_proposed(referral, a.a_supporter_changed())
    first, second = a.a_match_made(proposed), a.a_match_made(proposed)

    await hear(database, referral, a.received(first, at=a.NOW - timedelta(days=10)))
    await hear(database, a.received(second, at=a.NOW))

    line = await line_of(database, referral)
    assert (line.matched, line.mean_days_waited) == (1, 20.0)


async def test_who_waits_has_waited_since_the_day_of_referral(database: Database) -> None:
    programme = a.a_programme_published()
    one, other = (a.a_referral_created(programme, received_on=a.TODAY - timedelta(days=days)) for days in (4, 8))

    await hear(database, one, other, a.a_referral_decided(one), a.a_referral_decided(other))

    line = await line_of(database, programme)
    assert line.mean_days_waiting(a.TODAY) == 6.0


async def test_a_declined_referral_that_is_closed_waits_for_nothing(database: Database) -> None:
    referral = a.a_referral_created()
    declined = a.a_referral_decided(referral, decision="declined", reason="out-of-area")

    await hear(database, referral, declined, a.a_referral_closed(referral, reason="declined"))

    line = await line_of(database, referral)
    assert (line.declined, line.closed, line.waiting, line.undecided) == (1, 1, 0, 0)
    assert line.ended_before_match == 1


async def test_a_match_that_ended_supports_nobody_any_more(database: Database) -> None:
    referral = a.a_referral_created()
    match = a.a_match_made(a.a_match_proposed(referral, a.a_supporter_changed()))

    await hear(database, referral, match)
    await hear(database, a.a_match_ended(match))

    line = await line_of(database, referral)
    assert (line.matched, line.supported) == (1, 0)


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_meeting_is_one_session_for_its_owner_and_one_for_each_person_for_their_referrer(
    database: Database, *, at_once: bool
) -> None:
    programme = a.a_programme_published()
    referrer = new_id()
    here, there = (a.a_referral_created(programme, referring_organisation_id=referrer) for _ in range(2))
    records = a.a_meeting_logged(programme, here, there)

    for batch in [[here, there, *records]] if at_once else [[one] for one in (here, *records, there)]:
        await hear(database, *batch)

    assert (await line_of(database, here)).sessions == 1
    assert (await line_of(database, here, Side.REFERRER)).sessions == 2


async def test_who_came_with_somebody_to_a_meeting_is_counted_for_its_owner_until_it_is_taken_back(
    database: Database,
) -> None:
    programme = a.a_programme_published()
    referrer = new_id()
    here, there = (a.a_referral_created(programme, referring_organisation_id=referrer) for _ in range(2))
    first, second = a.a_meeting_logged(programme, here, there, companions=2)
    counted = []

    for told in (first, second, a.a_record_taken_back(first)):
        await hear(database, here, there, told)
        counted.append((await line_of(database, here)).companions)

    assert counted == [2, 4, 2]
    assert (await line_of(database, here, Side.REFERRER)).companions == 0


async def test_a_meeting_told_as_one_is_one_session_too(database: Database) -> None:
    programme = a.a_programme_published()
    referrer = new_id()
    here, there = (a.a_referral_created(programme, referring_organisation_id=referrer) for _ in range(2))

    await hear(database, here, there, a.a_group_meeting_logged(programme, here, there))

    assert (await line_of(database, here)).sessions == 1
    assert (await line_of(database, here, Side.REFERRER)).sessions == 2


async def test_a_meeting_whose_records_are_all_taken_back_was_none(database: Database) -> None:
    programme = a.a_programme_published()
    here, there = (a.a_referral_created(programme) for _ in range(2))
    first, second = a.a_meeting_logged(programme, here, there)
    counted = []

    for told in (first, second, a.a_record_taken_back(first), a.a_record_taken_back(second), second):
        await hear(database, here, there, told)
        counted.append((await line_of(database, here)).sessions)

    assert counted == [1, 1, 1, 0, 1]


async def test_a_meeting_that_was_told_as_one_and_then_by_its_people_counts_once(database: Database) -> None:
    programme = a.a_programme_published()
    here, there = (a.a_referral_created(programme) for _ in range(2))
    whole = a.a_group_meeting_logged(programme, here)
    await hear(database, here, there, whole)
    of_it = {"group_id": whole.group_id, "meeting_id": whole.session_id}

    await hear(database, *a.a_meeting_logged(programme, here, there, **of_it))
    await hear(database, a.a_record_taken_back(whole.model_copy(update=of_it | {"attended_referral_ids": ()})))

    assert (await line_of(database, here)).sessions == 1
    of = {line.organisation_id: line.sessions for line in await lines(database) if line.side is Side.REFERRER}
    assert of == {here.referring_organisation_id: 1, there.referring_organisation_id: 1}


async def test_a_session_that_turns_out_not_to_have_happened_counts_no_more(database: Database) -> None:
    referral = a.a_referral_created()
    session = a.a_session_logged(a.a_match_made(a.a_match_proposed(referral, a.a_supporter_changed())))
    await hear(database, referral, session)

    await hear(database, session.model_copy(update={"outcome": "did-not-happen"}))

    assert (await line_of(database, referral)).sessions == 0
    assert (await line_of(database, referral, Side.REFERRER)).sessions == 0


async def test_a_correction_moves_attendance_from_one_person_to_another(database: Database) -> None:
    programme = a.a_programme_published()
    here, there = a.a_referral_created(programme), a.a_referral_created(programme)
    meeting = a.a_group_meeting_logged(programme, here)
    await hear(database, here, there, meeting)

    await hear(database, meeting.model_copy(update={"attended_referral_ids": (there.referral_id,)}))

    of = {line.organisation_id: line.sessions for line in await lines(database) if line.side is Side.REFERRER}
    assert of == {here.referring_organisation_id: 0, there.referring_organisation_id: 1}


async def test_a_contact_that_is_corrected_counts_as_it_is_now_and_one_that_is_void_for_nothing(
    database: Database,
) -> None:
    programme = a.a_programme_published()
    mistyped, twice = a.a_contact_logged(programme, people=120), a.a_contact_logged(programme)
    await hear(database, mistyped, twice)

    await hear(
        database,
        mistyped.model_copy(update={"people": 12}),
        twice.model_copy(update={"outcome": "taken-back", "people": 0}),
    )

    line = await line_of(database, programme)
    assert (line.contacts, line.people_reached) == (1, 12)


async def test_contacts_count_occasions_and_heads(database: Database) -> None:
    programme = a.a_programme_published()

    await hear(database, a.a_contact_logged(programme), a.a_contact_logged(programme, people=3))

    line = await line_of(database, programme)
    assert (line.contacts, line.people_reached) == (2, 15)


async def test_a_supporter_counts_in_each_programme_until_they_leave(database: Database) -> None:
    one, two = a.a_programme_published(), a.a_programme_published()
    supporter = a.a_supporter_changed(one, programme_ids=(one.programme_id, two.programme_id))
    await hear(database, supporter)
    before = [line.supporters for line in await lines(database)]

    await hear(database, supporter.model_copy(update={"state": "left"}))

    assert before == [1, 1]
    assert [line.supporters for line in await lines(database)] == [0, 0]


async def test_messages_count_for_the_referral_they_tell_of(database: Database) -> None:
    referral = a.a_referral_created()

    await hear(database, a.a_message_delivered(referral), a.a_message_failed(referral), referral)

    line = await line_of(database, referral)
    assert (line.messages_delivered, line.messages_failed) == (1, 1)


async def test_a_message_that_arrives_after_all_is_no_failure(database: Database) -> None:
    referral = a.a_referral_created()
    failed = a.a_message_failed(referral)
    await hear(database, referral, failed)

    await hear(database, a.a_message_delivered(referral, message_id=failed.message_id))

    line = await line_of(database, referral)
    assert (line.messages_delivered, line.messages_failed) == (1, 0)


async def test_a_message_about_another_kind_of_story_is_kept_and_counts_for_no_referral(database: Database) -> None:
    programme = a.a_programme_published()
    contact = a.a_contact_logged(programme)

    await hear(database, contact, a.a_message_delivered(contact))

    assert (await line_of(database, programme)).messages_delivered == 0


async def test_consent_that_is_withdrawn_and_given_again_is_not_withdrawn(database: Database) -> None:
    referral = a.a_referral_created()
    await hear(database, referral, a.a_consent_changed(referral))
    withdrawn = (await line_of(database, referral)).sharing_withdrawn

    await hear(database, a.a_consent_changed(referral, state="granted"))

    assert (withdrawn, (await line_of(database, referral)).sharing_withdrawn) == (1, 0)


async def test_what_comes_before_its_referral_counts_once_the_referral_is_known(database: Database) -> None:
    referral = a.a_referral_created()
    match = a.a_match_made(a.a_match_proposed(referral, a.a_supporter_changed()))
    await hear(database, match, a.a_session_logged(match), a.a_message_delivered(match))
    before = [line for line in await lines(database) if line.matched or line.messages_delivered]

    await hear(database, referral)

    line = await line_of(database, referral)
    assert before == []
    assert (line.received, line.matched, line.sessions, line.messages_delivered) == (1, 1, 1, 1)


async def test_names_are_shown_once_they_are_known(database: Database) -> None:
    organisation = a.an_organisation_published()
    programme = a.a_programme_published(organisation_id=organisation.organisation_id)
    referral = a.a_referral_created(programme)
    await hear(database, referral)
    unknown = await line_of(database, referral, Side.REFERRER)

    await hear(database, programme, organisation)

    known = await line_of(database, referral, Side.REFERRER)
    assert (unknown.programme_name, unknown.run_by) == (None, None)
    assert (known.programme_name, known.run_by) == (programme.programme_name, organisation.organisation_name)


async def test_the_same_facts_once_more_change_nothing(database: Database) -> None:
    referral = a.a_referral_created()
    match = a.a_match_made(a.a_match_proposed(referral, a.a_supporter_changed()))
    facts = (
        *(referral, a.a_referral_decided(referral), match, a.a_session_logged(match)),
        *(a.a_message_delivered(match), a.a_contact_logged(a.a_programme_published())),
    )
    await hear(database, *facts)
    once = await lines(database)

    await hear(database, *facts)

    assert await lines(database) == once


async def test_a_transaction_that_names_nobody_sees_no_row_on_a_used_connection(database: Database) -> None:
    referral = a.a_referral_created()
    await hear(
        database, referral, a.a_session_logged(a.a_match_made(a.a_match_proposed(referral, a.a_supporter_changed())))
    )
    tables = ("referrals", "sessions", "meetings", "contacts", "messages", "supporters", "totals")

    used = await database._connections.take()
    seen = {
        table + slot: (await used.execute(sa.text(f"select count(*) from {table}{slot}"))).scalar_one()
        for table in tables
        for slot in ("", "_a", "_b")
    }
    await database._connections.give_back(used)

    assert set(seen.values()) == {0}
