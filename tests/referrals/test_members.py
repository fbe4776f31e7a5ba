"""An organisation's own lists say who may act for it: less than a token says, and never more."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis import clock
from kith_referrals.domain import members
from kith_referrals.domain.members import (
    Client,
    ClientExpired,
    ClientGone,
    ClientRevoked,
    ClientRoleMissing,
    ExpiryPassed,
    LastAdministrator,
    LeavingAfterToday,
    Listing,
    Member,
    MemberGone,
    MemberLeft,
    MemberRoleMissing,
    MembershipBackwards,
    NotListed,
    Role,
    SubjectNamesSomebody,
)
from kith_referrals.domain.refusals import NotAllowed
from tests.builders import NOW, TODAY
from tests.conftest import AsCaller, HttpOf
from tests.referrals.test_api import a_body, post, version
from tests.referrals.world import World, member, on_the_record
from tests.servers.issuer import Issuer
from tests.servers.services import Bearer

YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
DAYS = st.integers(-3, 3).map(lambda days: TODAY + timedelta(days=days))
ROLES = st.sets(st.sampled_from(Role), min_size=1).map(lambda roles: tuple(sorted(roles)))


def code_of(it: Any) -> str:
    """How a case is called: by its refusal's code, and by nobody."""
    return str(getattr(it, "code", ""))


def a_member(**changes: Any) -> Member:
    return replace(Member(uuid4(), uuid4(), "s-1", (Role.REFERRER,), TODAY), **changes)


def a_client(**changes: Any) -> Client:
    return replace(Client(uuid4(), uuid4(), "surgery", "surgery", (Role.REFERRER,), TODAY), **changes)


@given(starts_on=DAYS, ends_on=DAYS | st.none(), left_on=DAYS | st.none(), has=ROLES, asks=ROLES)
def test_a_kept_list_lets_through_whoever_is_on_it_today_in_that_role(
    starts_on: date, ends_on: date | None, left_on: date | None, has: Any, asks: Any
) -> None:
    listed = a_member(starts_on=starts_on, ends_on=ends_on, left_on=left_on, roles=has)

    def let_through() -> bool:
        try:
            members.check_listed(Listing(kept=True, member=listed), asks, TODAY)
        except NotAllowed:
            return False
        return True

    on_it = left_on is None and starts_on <= TODAY and (ends_on is None or ends_on >= TODAY)
    assert let_through() == (on_it and bool(set(has) & set(asks)))


@pytest.mark.parametrize(
    ("listed", "refusal"),
    [
        (None, NotListed),
        (a_member(starts_on=TOMORROW), NotListed),
        (a_member(ends_on=YESTERDAY, starts_on=YESTERDAY), MemberLeft),
        (a_member(left_on=TODAY), MemberLeft),
        (a_member(roles=(Role.SUPPORTER,)), MemberRoleMissing),
    ],
    ids=code_of,
)
def test_a_refusal_says_what_the_list_says(listed: Member | None, refusal: type[NotAllowed]) -> None:
    with pytest.raises(refusal):
        members.check_listed(Listing(kept=True, member=listed), {"referrer"}, TODAY)


def test_a_list_that_is_not_kept_refuses_nobody() -> None:
    members.check_listed(Listing(member=a_member(left_on=TODAY)), {"referrer"}, TODAY)


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize(
    ("client", "refusal"),
    [
        (a_client(revoked_at=NOW), ClientRevoked),
        (a_client(expires_on=YESTERDAY), ClientExpired),
        (a_client(roles=(Role.COORDINATOR,)), ClientRoleMissing),
    ],
    ids=code_of,
)
def test_a_registered_system_is_held_to_its_registration(
    client: Client, refusal: type[NotAllowed], *, kept: bool
) -> None:
    with pytest.raises(refusal):
        members.check_listed(Listing(kept=kept, has_clients=True, client=client), {"referrer"}, TODAY)
    members.check_listed(Listing(kept=kept, has_clients=True, client=a_client()), {"referrer"}, TODAY)


@pytest.mark.parametrize("subject", ["person@example.org", "Robin Testwell", "a/b", "rené", "tab\t"])
def test_a_subject_that_is_not_opaque_is_refused(subject: str) -> None:
    with pytest.raises(SubjectNamesSomebody):
        members.checked_member(a_member(subject=subject))
    with pytest.raises(SubjectNamesSomebody):
        members.checked_client(a_client(client_id=subject), TODAY)
    with pytest.raises(SubjectNamesSomebody):
        members.checked_client(a_client(subject=subject), TODAY)


def test_days_are_in_order() -> None:
    with pytest.raises(MembershipBackwards):
        members.checked_member(a_member(ends_on=YESTERDAY))
    with pytest.raises(ExpiryPassed):
        members.checked_client(a_client(expires_on=YESTERDAY), TODAY)
    with pytest.raises(LeavingAfterToday):
        members.leave(a_member(), TOMORROW, TODAY)


def test_nobody_leaves_and_nothing_is_revoked_twice() -> None:
    with pytest.raises(MemberGone):
        members.leave(members.leave(a_member(), TODAY, TODAY), TODAY, TODAY)
    with pytest.raises(ClientGone):
        members.revoke(members.revoke(a_client(), NOW), NOW)


@given(found=st.lists(st.builds(a_member, roles=ROLES, ends_on=DAYS | st.none(), starts_on=DAYS)))
def test_a_kept_list_has_an_administrator_today(found: list[Member]) -> None:
    members.check_administered(found, TODAY, kept=False)
    if not any(one.administers(TODAY) for one in found):
        with pytest.raises(LastAdministrator):
            members.check_administered(found, TODAY, kept=True)


@pytest.fixture
def administrator(world: World, as_caller: AsCaller) -> httpx.Auth:
    return as_caller("administrator", "coordinator", organisation_id=world.referrer.id, subject="admin-1")


def listed(*roles: str, **changes: Any) -> dict[str, Any]:
    return {"roles": roles, "starts_on": "2026-01-01", **changes}


async def keep(client: httpx.AsyncClient, world: World, administrator: httpx.Auth, **on_it: tuple[str, ...]) -> None:
    """The referrer's organisation keeps a list with its administrator on it, and these."""
    path = f"/organisations/{world.referrer.id}"
    for subject, roles in {"admin-1": ("administrator",), **on_it}.items():
        put = await client.put(f"{path}/members/{subject}", json=listed(*roles), auth=administrator)
        assert put.status_code == 201, put.text
    kept = await client.put(f"{path}/member-list", json={"kept": True}, auth=administrator)
    assert kept.status_code == 200, kept.text


def code(answer: httpx.Response) -> str | None:
    return None if answer.is_success else f"{answer.status_code} {answer.json()['code']}"


async def test_from_the_moment_a_list_is_kept_it_narrows_every_token(
    client: httpx.AsyncClient, world: World, administrator: httpx.Auth, as_caller: AsCaller
) -> None:
    asked = {
        subject: as_caller("referrer", "administrator", organisation_id=world.referrer.id, subject=subject)
        for subject in ("s-1", "s-2")
    }
    before = [code(await client.get("/referrals", auth=auth)) for auth in asked.values()]

    await keep(client, world, administrator, **{"s-1": ("referrer",)})

    after = [code(await client.get("/referrals", auth=auth)) for auth in asked.values()]
    narrowed = await client.get(f"/organisations/{world.referrer.id}/members", auth=asked["s-1"])
    assert before == [None, None]
    assert after == [None, "403 member-not-listed"]
    assert code(narrowed) == "403 member-role-missing"


async def test_the_list_gives_no_role_that_the_token_does_not(
    client: httpx.AsyncClient, world: World, administrator: httpx.Auth, as_caller: AsCaller
) -> None:
    await keep(client, world, administrator, **{"s-1": ("referrer", "administrator")})

    auth = as_caller("referrer", organisation_id=world.referrer.id, subject="s-1")
    answer = await client.get(f"/organisations/{world.referrer.id}/members", auth=auth)

    assert code(answer) == "403 role-missing"


async def test_who_leaves_is_refused_at_their_next_request(
    client: httpx.AsyncClient, world: World, administrator: httpx.Auth, as_caller: AsCaller
) -> None:
    await keep(client, world, administrator, **{"s-1": ("referrer",)})
    auth = as_caller("referrer", organisation_id=world.referrer.id, subject="s-1")
    made = await post(client, a_body(world), auth)

    left = await client.post(
        f"/organisations/{world.referrer.id}/members/s-1/ending",
        json={"left_on": clock.today(clock.now()).isoformat()},
        headers=version(1),
        auth=administrator,
    )

    assert (made.status_code, left.status_code) == (201, 200)
    assert code(await client.get("/referrals", auth=auth)) == "403 member-left"
    back = await client.put(
        f"/organisations/{world.referrer.id}/members/s-1",
        json=listed("referrer"),
        headers=version(2),
        auth=administrator,
    )
    assert (back.json()["left_on"], code(await client.get("/referrals", auth=auth))) == (None, None)


async def test_the_last_administrator_cannot_be_taken_off_a_list_that_is_kept(
    client: httpx.AsyncClient, world: World, administrator: httpx.Auth
) -> None:
    path = f"/organisations/{world.referrer.id}"
    too_early = await client.put(f"{path}/member-list", json={"kept": True}, auth=administrator)
    await keep(client, world, administrator)
    today = clock.today(clock.now()).isoformat()

    left = await client.post(
        f"{path}/members/admin-1/ending", json={"left_on": today}, headers=version(1), auth=administrator
    )
    demoted = await client.put(
        f"{path}/members/admin-1", json=listed("coordinator"), headers=version(1), auth=administrator
    )

    assert [code(answer) for answer in (too_early, left, demoted)] == ["409 last-administrator"] * 3


async def test_an_operator_is_on_no_list_and_mends_one(
    client: httpx.AsyncClient, world: World, administrator: httpx.Auth, operator: httpx.Auth
) -> None:
    await keep(client, world, administrator)

    put = await client.put(f"/organisations/{world.referrer.id}/members/s-9", json=listed("coordinator"), auth=operator)
    network = await client.put(
        f"/organisations/{world.referrer.id}/members/s-9", json=listed("operator"), headers=version(1), auth=operator
    )

    assert (put.status_code, network.status_code) == (201, 422)
    assert code(await client.get("/referrals", auth=operator)) is None


async def test_a_change_names_the_version_and_the_same_again_is_none(
    client: httpx.AsyncClient, world: World, administrator: httpx.Auth
) -> None:
    path = f"/organisations/{world.referrer.id}/members/s-1"
    first = await client.put(path, json=listed("referrer"), auth=administrator)

    again = await client.put(path, json=listed("referrer", "referrer"), auth=administrator)
    unseen = await client.put(path, json=listed("coordinator"), auth=administrator)
    stale = await client.put(path, json=listed("coordinator"), headers=version(7), auth=administrator)
    named = await client.put(path, json=listed("coordinator"), headers=version(1), auth=administrator)

    assert [answer.status_code for answer in (first, again, unseen, stale, named)] == [201, 200, 428, 412, 200]
    assert named.headers["ETag"] == '"2"'


async def test_an_address_as_a_subject_is_refused_and_never_kept(
    client: httpx.AsyncClient, world: World, administrator: httpx.Auth
) -> None:
    path = f"/organisations/{world.referrer.id}/members/person@example.org"

    answer = await client.put(path, json=listed("referrer"), auth=administrator)

    assert code(answer) == "422 subject-names-somebody"
    assert await world.seen(member(world.referrer.id), "members") == 0


def through(client_id: str, issuer: Issuer, world: World, *, subject: str) -> httpx.Auth:
    """Whose token was given to a system of the referrer's organisation."""
    token = issuer.token("referrer", organisation_id=world.referrer.id, subject=subject, client_id=client_id)
    return Bearer(token)


async def test_a_system_is_registered_used_and_revoked_at_once(
    client: httpx.AsyncClient, world: World, administrator: httpx.Auth, issuer: Issuer
) -> None:
    path = f"/organisations/{world.referrer.id}/clients"
    today = clock.today(clock.now())
    body = {"roles": ["referrer"], "expires_on": today.isoformat(), "subject": "surgery-7"}
    machine = through("surgery", issuer, world, subject="surgery-7")
    await client.put(f"{path}/surgery", json=body, auth=administrator)

    used = await client.get("/referrals", auth=machine)
    shown = (await client.get(path, auth=administrator)).json()["items"][0]
    revoked = await client.post(f"{path}/surgery/revocation", headers=version(1), auth=administrator)

    assert used.status_code == 200
    assert (shown["client_id"], shown["last_used_on"]) == ("surgery", today.isoformat())
    assert revoked.json()["revoked_at"] is not None
    assert code(await client.get("/referrals", auth=machine)) == "403 client-revoked"
    assert code(await client.get("/referrals", auth=administrator)) is None


async def test_who_signs_in_through_a_registered_system_does_not_pass_for_it(
    client: httpx.AsyncClient, world: World, administrator: httpx.Auth, issuer: Issuer
) -> None:
    await keep(client, world, administrator)
    body = {"roles": ["referrer"], "expires_on": clock.today(clock.now()).isoformat()}
    await client.put(f"/organisations/{world.referrer.id}/clients/surgery", json=body, auth=administrator)

    itself = await client.get("/referrals", auth=through("surgery", issuer, world, subject="surgery"))
    somebody = await client.get("/referrals", auth=through("surgery", issuer, world, subject="s-1"))

    assert [code(itself), code(somebody)] == [None, "403 member-not-listed"]


async def test_another_copy_of_the_service_refuses_who_left_too(
    client: httpx.AsyncClient, world: World, http_of: HttpOf, *, administrator: httpx.Auth, as_caller: AsCaller
) -> None:
    await keep(client, world, administrator, **{"s-1": ("referrer",)})
    other = await http_of("referrals", world.database)
    auth = as_caller("referrer", organisation_id=world.referrer.id, subject="s-1")
    let_through = code(await other.get("/referrals", auth=auth))
    left = {"left_on": clock.today(clock.now()).isoformat()}

    await client.post(
        f"/organisations/{world.referrer.id}/members/s-1/ending", json=left, headers=version(1), auth=administrator
    )

    assert let_through is None
    assert code(await other.get("/referrals", auth=auth)) == "403 member-left"


async def test_no_organisation_sees_anothers_lists(
    client: httpx.AsyncClient, world: World, administrator: httpx.Auth, as_caller: AsCaller
) -> None:
    await keep(client, world, administrator)
    stranger = as_caller("administrator", organisation_id=world.stranger.id)

    answers = [
        await client.get(f"/organisations/{world.referrer.id}/{what}", auth=stranger)
        for what in ("members", "clients", "member-list")
    ]

    assert [code(answer) for answer in answers] == ["404 not-found"] * 3
    assert await world.seen(member(world.stranger.id), "members") == 0


async def test_what_is_done_to_the_lists_is_on_the_record_by_ids_and_roles(
    client: httpx.AsyncClient, world: World, administrator: httpx.Auth
) -> None:
    await keep(client, world, administrator)
    before = len(await on_the_record(world))
    path = f"/organisations/{world.referrer.id}"

    put = await client.put(f"{path}/members/s-1", json=listed("referrer"), auth=administrator)
    await client.get(f"{path}/members", auth=administrator)

    entries = (await on_the_record(world))[before:]
    assert [(one["action"], one["about_kind"]) for one in entries] == [
        ("member-listed", "member"),
        ("members-listed", "organisation"),
    ]
    assert (entries[0]["about_id"], entries[0]["codes"]) == (put.json()["id"], ["referrer"])
