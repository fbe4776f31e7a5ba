"""What a supporter lived through is shown to those whom they allow, in every view, and to nobody else in any."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_matching.api import PERMISSIONS
from kith_matching.api.asking import MOST_CODES
from kith_matching.api.sharing import ItemsShown, MatchSupporterShown
from kith_matching.api.supporting import SupporterShown
from kith_matching.domain.disclosure import (
    Disclosures,
    Item,
    Viewer,
    as_seen,
    audience_of,
    items_of,
    most_reserved,
    seen_by,
    unseen_kept,
    without,
)
from kith_matching.domain.score import A_SHARED_EXPERIENCE, parts
from kith_matching.domain.supporter import Supporter
from kith_matching.domain.terms import Audience, Terms
from tests.conftest import AsCaller
from tests.matching.builders import WEIGHTS, a_pair, a_supporter
from tests.matching.desk import Desk, a_supporter_body
from tests.matching.test_tenancy import LEADS, THEIR_OWN, Ours, a_lead, attempts, kept, ours

__all__ = ["kept", "ours"]  # fixtures

THEMSELF = "themself"

ALLOWED: Mapping[str | None, set[Audience]] = {
    THEMSELF: set(Audience),
    Viewer.COORDINATOR: {Audience.COORDINATOR, Audience.AFTER_MATCH, Audience.PUBLIC},
    Viewer.PERSON_AFTER: {Audience.AFTER_MATCH, Audience.PUBLIC},
    Viewer.PERSON_BEFORE: {Audience.PUBLIC},
    Viewer.PUBLIC: {Audience.PUBLIC},
    None: set(),
}
VIEWS: Mapping[str, str | None] = {
    "get_disclosures": THEMSELF,
    "put_supporter": Viewer.COORDINATOR,
    "list_supporters": Viewer.COORDINATOR,
    "get_supporter": Viewer.COORDINATOR,
    "list_candidates": Viewer.COORDINATOR,
    "preview_supporter": Viewer.PUBLIC,
    "get_match_supporter": Viewer.PERSON_AFTER,
} | dict.fromkeys(
    (
        *("put_disclosures", "put_topics_to_avoid", "link_person", "get_progression", "read_supporter_contact"),
        *(
            "read_worklist",
            "list_waiting",
            "hold_round",
            "get_round",
            "list_rounds",
            "propose",
            "get_proposal",
            "answer_proposal",
        ),
        *("list_referral_matches", "set_goal", "list_goals", "get_goal", "look_at_goal", "list_goal_looks", "end_goal"),
        *("count_goals", "log_taster", "list_tasters"),
        *("issue_material", "list_materials", "give_material", "list_group_materials", "list_supporter_materials"),
        *("log_incident", "list_incidents", "get_incident", "follow_up_incident", "close_incident"),
        *("log_signpost", "list_signposts", "list_referral_signposts", "say_whether_they_went", "count_signposts"),
        *("list_matches", "get_match", "end_match", "log_session", "list_sessions", "get_session"),
        *("plan_ending", "extend_match", "answer_balance"),
        *("log_contact", "list_contacts", "get_contact", "correct_session", "list_session_corrections"),
        *("note_session", "read_session_notes"),
        *("note_acquaintance", "take_acquaintance_back", "plan_encounter"),
        *("record_step", "list_steps", "count_paths", "list_attention", "record_check", "list_checks"),
        *("record_training", "list_trainings", "record_staff_training", "list_staff_trainings"),
        *("suspend_supporter", "get_suspension", "lift_suspension"),
        *("assess_competencies", "get_development", "put_development", "get_record_of_experience"),
        *("log_supervision", "log_supervision_meeting", "list_supervisions", "list_supervision_due", "get_supervision"),
        *("check_in", "list_check_ins", "list_shared_check_ins", "list_signals", "log_call", "list_calls"),
        *("plan_visit", "list_visits", "list_overdue_visits", "list_own_visits", "cancel_visit"),
        *("say_supporter_was_told", "say_visit_was_talked_about"),
        *("check_in_to_visit", "check_out_of_visit"),
        *("book_interpreter", "list_interpreters", "cancel_interpreter"),
        *("record_helping_of_meetings", "list_helping_of_referral"),
        *("record_helping", "list_helping", "list_helping_due", "list_harder", "see_to_helping"),
        *("hand_over", "list_handovers", "list_offers", "answer_offer", "list_own_matches"),
        *("list_session_doubles", "void_session", "confirm_session"),
        *("correct_contact", "list_contact_corrections", "void_contact"),
        *("list_own_groups", "list_own_slots", "log_own_meeting", "list_to_log"),
        *(
            "put_group",
            "get_group",
            "list_groups",
            "join_group",
            "list_places",
            "get_place",
            "answer_place",
            "leave_place",
        ),
        *("put_slot", "list_slots", "get_slot", "book_slot", "list_slot_places", "cancel_slot"),
        *("propose_mediation", "list_mediations", "get_mediation", "answer_mediation", "end_mediation"),
        *("put_exchange_member", "list_exchange_members", "get_exchange_member", "leave_exchange"),
        *("list_exchange_suggestions", "ask_exchange_members", "get_exchange_agreement", "answer_exchange_agreement"),
        *("read_exchange_number", "read_worklist"),
        *("list_instruments", "get_instrument", "put_licence", "record_measurement", "list_measurements"),
        *("get_measurement", "record_own_measure", "list_own_measures"),
        *("count_helping", "count_measures"),
        *("list_measures_due", "decline_measures", "list_measure_declines"),
        *("raise_concern", "list_own_concerns", "list_concerns", "get_concern", "acknowledge_concern"),
        *("decide_concern", "share_concern", "answer_sharing", "list_unanswered_sharings"),
        *("put_duty_desk", "list_duty_desks", "get_duty_desk", "read_duty_desk_contact"),
        *("list_unplaceable", "replay_round", "find_most_helpful", "get_fairness"),
    )
)
"""For every route whose eyes it answers, of a supporter's items; None for a route that shows no item to anybody."""
PREVIEWS = {f"preview as {viewer}": viewer for viewer in Viewer}

OWN = "a-supporter"

LISTS = ("experience", "condition", "impact")
ITEMS = {Item(name, f"{name}-{audience}"): audience for name in LISTS for audience in Audience}
"""One item of every list for every audience, each with a code of its own."""


def named(connection: str) -> list[str]:
    return [item.code for item in ITEMS if item.connection == connection]


def test_every_route_says_what_it_shows_of_a_supporters_items() -> None:
    assert set(VIEWS) == set(PERMISSIONS)


async def test_every_view_shows_the_items_that_its_viewer_may_see_and_no_other(ours: Ours, as_caller: AsCaller) -> None:
    answers = await answers_of(ours, as_caller)

    shown = {(view, item): item.code in text for view, text in answers.items() for item in ITEMS}
    allowed = {
        (view, item): audience in ALLOWED[viewer]
        for view, viewer in {**VIEWS, **PREVIEWS}.items()
        for item, audience in ITEMS.items()
    }
    assert shown == allowed
    kept = ("arson", str(ours.referral.person_id))
    assert not any(secret in text for text in answers.values() for secret in kept)


async def answers_of(ours: Ours, as_caller: AsCaller) -> dict[str, str]:
    """What each view answers once the supporter has every item, said who may see it, and somebody asks for all."""
    desk, path = ours.desk, f"/supporters/{ours.supporter_id}"
    weights = {**desk.programme.weights, "impact": 10}
    await desk.stage.hear(desk.programme.model_copy(update={"weights": weights}))
    said = [{"connection": item.connection, "code": item.code, "audience": told} for item, told in ITEMS.items()]
    coordinator, desk.auth = desk.auth, as_caller("supporter", organisation_id=desk.stage.organisation_id, subject=OWN)
    assert (await desk.put(f"{path}/disclosures", {"items": said})).is_success
    desk.auth = coordinator
    everything = a_supporter_body(
        desk.programme.programme_id,
        experience=named("experience"),
        conditions=named("condition"),
        connections={"impact": named("impact")},
        capacity=9,
    )
    asks = {**attempts(ours), "put_supporter": ("PUT", path, everything)}
    other = {"referral_id": str((await desk.a_referral()).referral_id), "supporter_id": ours.supporter_id}
    asks["propose"] = ("POST", "/proposals", other)
    asks |= {view: ("GET", f"{path}/preview?as={viewer}", None) for view, viewer in PREVIEWS.items()}
    # For candidates somebody shares every item; and after the others the supporter rests.
    last = ("list_candidates", "record_step", "suspend_supporter")
    answers = {view: await answer_to(desk, view, asks[view], as_caller) for view in asks if view not in last}
    person = await desk.a_referral(
        needs=named("experience"), conditions=named("condition"), connections={"impact": named("impact")}
    )
    asks["list_candidates"] = ("GET", f"/referrals/{person.referral_id}/candidates", None)
    return answers | {view: await answer_to(desk, view, asks[view], as_caller) for view in last}


async def answer_to(desk: Desk, view: str, asked: tuple[str, str, Any], as_caller: AsCaller) -> str:
    method, path, body = asked
    who = desk.auth
    if view in THEIR_OWN:
        who = as_caller("supporter", organisation_id=desk.stage.organisation_id, subject=OWN)
    elif view in LEADS:
        who = a_lead(desk, as_caller)
    elif view == "put_duty_desk":
        who = as_caller("administrator", organisation_id=desk.stage.organisation_id)
    elif path.startswith("/internal"):
        who = as_caller("service", "service:notifications")
    headers = {"If-Match": '"1"', "Idempotency-Key": path}
    if method == "POST" and path.startswith("/matches/"):
        headers["If-Match"] = (await desk.get(path.rpartition("/")[0])).headers["ETag"]
    answer = await desk.client.request(method, path, json=body, headers=headers, auth=who)
    taken = VIEWS.get(view, Viewer.PUBLIC) is None and answer.status_code in {404, 409, 412}  # gone, done
    assert answer.is_success or taken, (path, answer.text)
    return answer.text


@pytest.mark.parametrize("viewer", Viewer)
@pytest.mark.parametrize("audience", Audience)
def test_an_item_is_seen_by_those_whom_its_supporter_allows(audience: Audience, viewer: Viewer) -> None:
    item = Item("condition", "type-2-diabetes")

    assert seen_by({item: audience}, viewer) == ({item} if audience in ALLOWED[viewer] else set())


def test_a_list_that_grew_while_nobody_saw_it_can_be_shown() -> None:
    supporter = a_supporter(conditions=tuple(f"condition-{number}" for number in range(MOST_CODES + 1)))

    assert len(SupporterShown.model_validate(supporter).conditions) == MOST_CODES + 1


CODES = st.lists(st.sampled_from(["aa", "bb", "cc", "dd"]), max_size=4, unique=True).map(tuple)
SUPPORTERS = st.builds(
    a_supporter,
    experience=CODES,
    conditions=CODES,
    interests=st.just(()),
    connections=st.dictionaries(st.sampled_from(["impact", "faith"]), CODES.filter(bool), max_size=2),
)
SAID = st.builds(
    Disclosures,
    st.dictionaries(
        st.builds(
            Item,
            st.sampled_from(["experience", "condition", "impact", "faith"]),
            st.sampled_from(["aa", "bb", "cc", "dd"]),
        ),
        st.sampled_from(Audience),
        max_size=10,
    ),
    st.sampled_from(Audience),
)


@given(SUPPORTERS, SAID, st.sampled_from(Viewer))
def test_nothing_above_its_audience_is_in_any_answer(
    supporter: Supporter, disclosures: Disclosures, viewer: Viewer
) -> None:
    seen = as_seen(supporter, disclosures, viewer)

    for shown in (ItemsShown, MatchSupporterShown, SupporterShown):
        told = shown.model_validate(seen).model_dump(mode="json")
        lists = {"experience": told["experience"], "condition": told["conditions"], **told["connections"]}
        items = {Item(name, code) for name, codes in lists.items() for code in codes}
        assert items == {one for one in items_of(supporter) if disclosures.of(one) in ALLOWED[viewer]}


@given(SUPPORTERS, SAID, CODES, CODES)
def test_no_reason_names_what_a_coordinator_may_not_see(
    supporter: Supporter, disclosures: Disclosures, needs: tuple[str, ...], others: tuple[str, ...]
) -> None:
    pair = a_pair(
        referral={"needs": needs, "conditions": others, "connections": {"faith": others}},
        programme={"weights": {**WEIGHTS, "faith": 10}, "terms": Terms(related={"aa": ("bb", "cc")})},
        disclosures=disclosures,
    )
    pair = replace(pair, supporter=supporter)

    for part in parts(pair):
        hidden = {
            item.code
            for item in items_of(supporter)
            if item.connection == part.connection and disclosures.of(item) is Audience.MATCHING_ONLY
        }
        assert not any(code in part.because for code in hidden)


def test_what_is_only_for_matching_counts_and_is_a_shared_experience() -> None:
    only_matching = Disclosures({Item("experience", "anxiety"): Audience.MATCHING_ONLY})
    pair = a_pair(
        referral={"needs": ("isolation", "anxiety", "grief")},
        supporter={"experience": ("anxiety", "isolation")},
        disclosures=only_matching,
    )

    shown = {part.connection: part for part in parts(pair)}["experience"]

    assert shown.because == f"2 of 3 shared: {A_SHARED_EXPERIENCE}, isolation"
    assert shown.points == 20


def test_the_points_do_not_depend_on_what_is_shown() -> None:
    points = [[part.points for part in parts(a_pair(disclosures=Disclosures({}, audience)))] for audience in Audience]

    assert all(one == list(WEIGHTS.values()) for one in points)


@pytest.mark.parametrize(
    ("defaults", "otherwise"),
    [
        ([], "coordinator"),
        (["public"], "public"),
        (["after-match", "coordinator", "public"], "coordinator"),
        (["public", "matching-only"], "matching-only"),
        (["public", None], "matching-only"),
        (["somebody-we-do-not-know"], "matching-only"),
    ],
)
def test_of_several_programmes_the_most_reserved_says_what_holds_otherwise(
    defaults: list[str | None], otherwise: str
) -> None:
    assert most_reserved(defaults) == otherwise


@given(st.text())
def test_an_audience_that_nobody_knows_is_nobody(told: str) -> None:
    assert audience_of(told) in {told, Audience.MATCHING_ONLY}


@given(SUPPORTERS, SAID)
def test_what_a_coordinator_read_and_sends_back_changes_nothing(supporter: Supporter, disclosures: Disclosures) -> None:
    read = as_seen(supporter, disclosures, Viewer.COORDINATOR)

    assert unseen_kept(read, supporter, disclosures) == supporter


@given(SUPPORTERS, SUPPORTERS, SAID)
def test_a_coordinator_records_what_they_send_and_takes_back_only_what_they_see(
    asked: Supporter, current: Supporter, disclosures: Disclosures
) -> None:
    hidden = {one for one in items_of(current) if disclosures.of(one) is Audience.MATCHING_ONLY}

    assert set(items_of(unseen_kept(asked, current, disclosures))) == set(items_of(asked)) | hidden


@given(SUPPORTERS, st.sets(st.builds(Item, st.sampled_from(["experience", "faith"]), st.sampled_from(["aa", "bb"]))))
def test_what_is_taken_back_is_not_kept(supporter: Supporter, taken_back: set[Item]) -> None:
    assert set(items_of(without(supporter, taken_back))) == set(items_of(supporter)) - taken_back


async def test_who_has_access_of_their_own_is_the_only_one_who_says_what_they_share_and_avoid(
    desk: Desk, as_caller: AsCaller
) -> None:
    supporter_id, organisation_id = await desk.a_supporter(conditions=["diabetes"]), desk.stage.organisation_id
    path, item = f"/supporters/{supporter_id}", {"connection": "condition", "code": "diabetes", "audience": "public"}
    said, avoids = {"items": [item]}, {"codes": ["arson"]}

    for_them = [
        await desk.put(f"{path}/{what}", body)
        for what, body in {"disclosures": said, "topics-to-avoid": avoids}.items()
    ]
    desk.auth = as_caller("supporter", organisation_id=organisation_id, subject=OWN)
    themselves = [
        await desk.put(f"{path}/{what}", body)
        for what, body in {"disclosures": said, "topics-to-avoid": avoids}.items()
    ]
    seen = [await desk.get(f"{path}/preview", params={"as": viewer}) for viewer in Viewer]
    told = await desk.get(f"{path}/disclosures")

    assert [(one.status_code, one.json()["code"]) for one in for_them] == [(409, "only-the-supporter")] * 2
    assert [one.status_code for one in themselves] == [204, 204]
    assert [one.json()["conditions"] for one in seen] == [["diabetes"]] * len(Viewer)
    assert item in told.json()["items"]
    assert "arson" not in told.text


async def test_a_supporter_sets_who_sees_an_item_and_nobody_wipes_it_by_sending_less(desk: Desk) -> None:
    supporter_id = await desk.a_supporter(conditions=["diabetes", "depression"], subject=None)
    path, item = f"/supporters/{supporter_id}", {"connection": "condition", "code": "depression"}
    await desk.put(f"{path}/disclosures", {"items": [{**item, "audience": "matching-only"}]})
    await desk.put(f"{path}/disclosures", {"items": [{**item, "code": "diabetes", "audience": "public"}]})
    read = (await desk.get(path)).json()
    version = f'"{read["version"]}"'

    again = {name: told for name, told in read.items() if name not in {"id", "version"}} | {"capacity": 3}
    saved = await desk.put(path, again, version)

    assert read["conditions"] == saved.json()["conditions"] == ["diabetes"]
    assert (await desk.stage.supporter(UUID(supporter_id))).conditions == ("diabetes", "depression")
    taken_back = await desk.put(f"{path}/disclosures", {"taken_back": [item]})
    assert (taken_back.status_code, taken_back.content) == (204, b"")
    assert (await desk.stage.supporter(UUID(supporter_id))).conditions == ("diabetes",)
