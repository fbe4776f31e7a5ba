"""Every route that shows or changes something puts it on the record, once; what is refused leaves nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from pydantic import SecretStr

from kith_chassis import migrating
from kith_chassis.audit import sealing
from kith_chassis.clock import new_id
from kith_chassis.settings import MigrationSettings
from kith_matching.api import PERMISSIONS
from tests.builders import NOW
from tests.conftest import AsCaller
from tests.matching.desk import Desk, a_supporter_body, a_training_body
from tests.matching.test_tenancy import FOR_SENDING, LEADS, OWN_WORDS, THEIR_OWN, Ours, a_lead, attempts, kept, ours
from tests.servers.postgres import Address, Databases

__all__ = ["kept", "ours"]  # fixtures

ACTIONS = {
    "put_supporter": ["supporter-changed"],
    "list_supporters": ["supporters-listed"],
    "get_supporter": ["supporter-read"],
    "put_disclosures": ["disclosures-recorded"],
    "get_disclosures": ["disclosures-read"],
    "put_topics_to_avoid": ["topics-to-avoid-recorded"],
    "preview_supporter": ["supporter-previewed"],
    "link_person": ["person-linked"],
    "get_progression": ["progression-read"],
    "record_step": ["supporter-moved", "visit-cancelled", "visit-cancelled"],
    "list_steps": ["supporter-steps-read"],
    "count_paths": ["supporter-paths-counted"],
    "list_attention": ["supporter-attention-listed"],
    "record_check": ["check-recorded"],
    "list_checks": ["checks-listed"],
    "record_training": ["training-recorded"],
    "list_trainings": ["trainings-listed"],
    "record_staff_training": ["training-recorded"],
    "list_staff_trainings": ["staff-trainings-listed"],
    "suspend_supporter": ["supporter-suspended", "visit-cancelled", "visit-cancelled"],
    "get_suspension": ["suspension-read"],
    "lift_suspension": ["suspension-lifted"],
    "read_supporter_contact": ["supporter-contact-read"],
    "list_supervision_due": ["supervision-due-listed"],
    "log_supervision": ["supervision-logged"],
    "log_supervision_meeting": ["supervision-logged"],
    "list_supervisions": ["supervisions-listed"],
    "get_supervision": ["supervision-read"],
    "assess_competencies": ["competencies-assessed"],
    "put_development": ["development-recorded"],
    "get_development": ["development-read"],
    "get_record_of_experience": ["experience-read"],
    "hand_over": ["handed-over"],
    "list_handovers": ["handovers-listed"],
    "check_in": ["checked-in"],
    "list_check_ins": ["check-ins-listed"],
    "list_signals": ["signals-read"],
    "list_offers": ["offers-listed"],
    "list_own_matches": ["own-matches-listed"],
    "list_own_groups": ["own-groups-listed"],
    "list_own_slots": ["own-slots-listed"],
    "log_own_meeting": ["session-logged"],
    "list_to_log": ["to-log-listed"],
    "answer_offer": ["proposal-answered", "match-made"],
    "list_shared_check_ins": ["check-ins-listed"],
    "log_call": ["supporter-called"],
    "list_calls": ["calls-listed"],
    "read_worklist": ["worklist-read"],
    "list_waiting": ["waiting-listed"],
    "list_unplaceable": ["unplaceable-listed"],
    "list_candidates": ["candidates-listed"],
    "hold_round": ["round-held"],
    "get_round": ["round-read"],
    "list_rounds": ["rounds-listed"],
    "replay_round": ["round-replayed"],
    "find_most_helpful": ["most-helpful-read"],
    "get_fairness": ["round-fairness-read"],
    "propose": ["match-proposed"],
    "get_proposal": ["proposal-read"],
    "answer_proposal": ["proposal-answered"],
    "note_acquaintance": ["acquaintance-noted"],
    "take_acquaintance_back": ["acquaintance-noted"],
    "plan_encounter": ["encounter-planned"],
    "list_matches": ["matches-listed"],
    "list_referral_matches": ["referral-matches-listed"],
    "get_match": ["match-read"],
    "get_match_supporter": ["match-supporter-read"],
    "end_match": ["match-ended", "visit-cancelled", "visit-cancelled"],
    "say_supporter_was_told": ["supporter-told"],
    "say_visit_was_talked_about": ["visit-talked-about"],
    "plan_ending": ["ending-planned"],
    "extend_match": ["match-extended"],
    "answer_balance": ["balance-checked"],
    "put_group": ["group-changed"],
    "list_groups": ["groups-listed"],
    "get_group": ["group-read"],
    "join_group": ["group-joined"],
    "list_places": ["places-listed"],
    "get_place": ["place-read"],
    "answer_place": ["place-answered"],
    "leave_place": ["place-left"],
    "put_slot": ["slot-changed"],
    "list_slots": ["slots-listed"],
    "get_slot": ["slot-read"],
    "book_slot": ["slot-booked"],
    "list_slot_places": ["places-listed"],
    "cancel_slot": ["slot-cancelled"],
    "propose_mediation": ["mediation-proposed"],
    "list_mediations": ["mediations-listed"],
    "get_mediation": ["mediation-read"],
    "answer_mediation": ["mediation-answered"],
    "end_mediation": ["mediation-ended"],
    "put_exchange_member": ["member-changed"],
    "list_exchange_members": ["members-listed"],
    "get_exchange_member": ["member-read"],
    "leave_exchange": ["member-left"],
    "list_exchange_suggestions": ["suggestions-listed"],
    "ask_exchange_members": ["members-asked"],
    "get_exchange_agreement": ["agreement-read"],
    "answer_exchange_agreement": ["agreement-answered"],
    "read_exchange_number": ["member-contact-read"],
    "set_goal": ["goal-set"],
    "list_goals": ["goals-listed"],
    "get_goal": ["goal-read"],
    "look_at_goal": ["goal-looked-at"],
    "list_goal_looks": ["goal-looks-listed"],
    "end_goal": ["goal-ended"],
    "count_goals": ["goals-counted"],
    "log_signpost": ["signposted"],
    "list_signposts": ["signposts-listed"],
    "list_referral_signposts": ["referral-signposts-listed"],
    "say_whether_they_went": ["signpost-followed"],
    "count_signposts": ["signposts-counted"],
    "log_taster": ["contact-logged", "taster-logged"],
    "list_tasters": ["tasters-listed"],
    "log_incident": ["incident-logged"],
    "list_incidents": ["incidents-listed"],
    "get_incident": ["incident-read"],
    "follow_up_incident": ["incident-followed-up"],
    "close_incident": ["incident-closed"],
    "issue_material": ["material-issued"],
    "list_materials": ["materials-listed"],
    "give_material": ["material-given"],
    "list_group_materials": ["group-materials-listed"],
    "list_supporter_materials": ["supporter-materials-listed"],
    "log_session": ["session-logged"],
    "list_sessions": ["sessions-listed"],
    "get_session": ["session-read"],
    "plan_visit": ["visit-planned"],
    "list_visits": ["visits-listed"],
    "list_overdue_visits": ["overdue-visits-listed"],
    "list_own_visits": ["own-visits-listed"],
    "check_in_to_visit": ["visit-checked-in"],
    "check_out_of_visit": ["visit-checked-out"],
    "cancel_visit": ["visit-cancelled"],
    "book_interpreter": ["interpreter-booked"],
    "list_interpreters": ["interpreters-listed"],
    "cancel_interpreter": ["interpreter-cancelled"],
    "record_helping": ["helping-asked"],
    "list_helping": ["helping-listed"],
    "list_helping_due": ["helping-due-listed"],
    "record_helping_of_meetings": ["helping-asked"],
    "list_helping_of_referral": ["helping-listed"],
    "list_harder": ["harder-listed"],
    "see_to_helping": ["helping-seen"],
    "correct_session": ["session-corrected"],
    "list_session_corrections": ["corrections-listed"],
    "list_session_doubles": ["session-doubles-listed"],
    "void_session": ["session-voided"],
    "confirm_session": ["session-confirmed"],
    "note_session": ["session-noted"],
    "read_session_notes": ["session-notes-read"],
    "log_contact": ["contact-logged"],
    "list_contacts": ["contacts-listed"],
    "get_contact": ["contact-read"],
    "correct_contact": ["contact-corrected"],
    "list_contact_corrections": ["corrections-listed"],
    "void_contact": ["contact-voided"],
    "record_own_measure": ["own-measure-recorded"],
    "list_own_measures": ["own-measures-listed"],
    "list_instruments": ["instruments-listed"],
    "get_instrument": ["instrument-read"],
    "put_licence": ["licence-recorded"],
    "record_measurement": ["measurement-recorded", "concern-raised"],
    "list_measurements": ["measurements-listed"],
    "get_measurement": ["measurement-read"],
    "count_helping": ["helping-counted"],
    "count_measures": ["measures-counted"],
    "list_measures_due": ["measures-due-listed"],
    "decline_measures": ["measures-declined"],
    "list_measure_declines": ["measure-declines-listed"],
    "raise_concern": ["concern-raised"],
    "list_own_concerns": ["own-concerns-listed"],
    "list_concerns": ["concerns-listed"],
    "list_unanswered_sharings": ["unanswered-sharings-listed"],
    "get_concern": ["concern-read", "supporter-contact-read"],
    "acknowledge_concern": ["concern-acknowledged"],
    "decide_concern": ["concern-decided"],
    "share_concern": ["concern-shared"],
    "answer_sharing": ["sharing-answered"],
    "put_duty_desk": ["duty-desk-kept"],
    "list_duty_desks": ["duty-desks-listed"],
    "get_duty_desk": ["duty-desk-read"],
    "read_duty_desk_contact": ["duty-desk-read"],
}
SUBJECTS = {
    **dict.fromkeys(FOR_SENDING, "service-notifications"),
    **dict.fromkeys(THEIR_OWN | OWN_WORDS, "a-supporter"),
}


async def since(desk: Desk, number: int) -> list[dict[str, Any]]:
    """The entries after that one, once they are sealed."""
    async with desk.stage.database.network_transaction() as tx:
        await sealing.seal(tx, NOW)
        return await sealing.list_entries(tx, about=None, subject=None, after=number, limit=200)


async def last(desk: Desk) -> int:
    async with desk.stage.database.network_transaction() as tx:
        await sealing.seal(tx, NOW)
        return (await sealing.state(tx)).head.number


READS = [name for name in PERMISSIONS if name.startswith(("get_", "list_", "read_"))]
"""What changes nothing: one stage is enough for all of it."""
ALONE = [[name] for name in PERMISSIONS if name not in READS]


@pytest.mark.parametrize("names", [READS, *ALONE], ids=["reads", *(name for (name,) in ALONE)])
async def test_what_is_done_and_seen_is_on_the_record_once(ours: Ours, as_caller: AsCaller, names: list[str]) -> None:
    for name in names:
        await is_on_the_record_once(ours, as_caller, name)


async def is_on_the_record_once(ours: Ours, as_caller: AsCaller, name: str) -> None:
    (method, path, body), version = attempts(ours)[name], 1
    if name in {"propose", "join_group"}:
        body |= {"referral_id": str((await ours.desk.a_referral()).referral_id)}
    if name == "answer_offer":
        proposed = await ours.desk.a_proposal(supporter_id=ours.supporter_id)
        await ours.desk.answered(proposed.headers["Location"], "person", "yes", proposed.headers["ETag"])
        path, version = path.replace(ours.proposal_id, proposed.json()["id"]), 2
    if name == "propose_mediation":
        mediator_id = await ours.desk.a_supporter()
        trained = a_training_body(ours.desk.today, code="conflict-resolution")
        await ours.desk.create(f"/supporters/{mediator_id}/trainings", trained)
    if name in {"extend_match", "answer_balance"}:
        untils = ["2099-01-01", "2099-02-01"] if name == "answer_balance" else []
        version = await extended(ours.desk, ours.match_id, *untils)
    auth = as_caller("coordinator", organisation_id=ours.desk.stage.organisation_id)
    if name in LEADS | {"put_duty_desk"}:
        auth = a_lead(ours.desk, as_caller)
    if name in FOR_SENDING:
        auth = as_caller("service", "service:notifications", subject="service-notifications")
    if name in THEIR_OWN | OWN_WORDS:
        auth = as_caller("supporter", organisation_id=ours.desk.stage.organisation_id, subject="a-supporter")
    before = await last(ours.desk)

    if name == "check_out_of_visit":
        version = 2
    headers = {"If-Match": f'"{version}"', "Idempotency-Key": str(new_id())}
    answer = await ours.desk.client.request(method, path, json=body, headers=headers, auth=auth)

    entries = await since(ours.desk, before)
    assert answer.is_success, answer.text
    assert [entry["action"] for entry in entries] == ACTIONS[name], name
    assert {entry["subject"] for entry in entries} == {SUBJECTS.get(name, "tester")}
    secrets = ("Testwell", "example.org", "900456", "G12", "diabetes", "arson", str(ours.referral.person_id))
    assert not any(secret in json.dumps(entries) for secret in secrets)


async def extended(desk: Desk, match_id: str, *untils: str) -> int:
    """The version of a match that was to end today and was extended."""
    match = await desk.change(f"/matches/{match_id}/planned-ending", {"ends_on": desk.today}, '"1"')
    for until in untils:
        match = await desk.change(f"/matches/{match_id}/extending", {"until": until}, match.headers["ETag"])
    return int(match.json()["version"])


async def test_a_new_supporter_and_a_match_are_on_the_record(desk: Desk) -> None:
    before = await last(desk)

    await desk.a_match()

    assert [entry["action"] for entry in await since(desk, before)] == [
        "supporter-recorded",
        "match-proposed",
        "proposal-answered",
        "proposal-answered",
        "match-made",
    ]


async def test_the_same_again_is_no_change_and_leaves_no_entry(desk: Desk) -> None:
    supporter_id = await desk.a_supporter()
    before = await last(desk)

    again = await desk.put(f"/supporters/{supporter_id}", a_supporter_body(desk.programme.programme_id))

    assert again.status_code == 200
    assert await since(desk, before) == []


@pytest.mark.parametrize("path", ["/supporters/{id}", "/proposals/{id}", "/matches/{id}", "/sessions/{id}"])
async def test_what_is_not_there_was_not_seen(desk: Desk, path: str) -> None:
    before = await last(desk)

    answer = await desk.get(path.format(id=new_id()))

    assert answer.status_code == 404
    assert await since(desk, before) == []


@pytest.fixture
async def at_the_first_revision(databases: Databases) -> AsyncIterator[Address]:
    """A database as the first release left it."""
    async with databases.at_revision("matching", "0001") as address:
        yield address


async def test_reads_that_were_recorded_before_are_the_first_entries(at_the_first_revision: Address) -> None:
    address = at_the_first_revision
    owner = await asyncpg.connect(address.owner_url)
    try:
        await owner.execute(
            "insert into contact_reads (id, supporter_id, organisation_id, read_by, read_at)"
            " values (gen_random_uuid(), $1, $1, 'notifications', '2026-11-23 10:00+01')",
            UUID(int=7),
        )

        settings = MigrationSettings(database_owner_url=SecretStr(address.owner_url))
        await asyncio.to_thread(migrating.migrate, "matching", settings)

        moved = [json.loads(row["entry"]) for row in await owner.fetch("select entry from audit_tail")]
        assert await owner.fetchval("select count(*) from contact_reads") == 1
    finally:
        await owner.close()
    assert moved == [
        {
            "at": "2026-11-23T09:00:00.000000+00:00",
            "client_id": "notifications",
            "action": "supporter-contact-read",
            "about_kind": "supporter",
            "about_id": str(UUID(int=7)),
        }
    ]
