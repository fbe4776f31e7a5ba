"""A programme's definition: applied as a version, kept for ever, and told in codes to whom it concerns."""

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis.clock import new_id
from kith_referrals.domain.definitions import Asked, Defined, DefinitionMissing, DefinitionNotApproved, applied
from tests.contracts.programmes import BEFRIENDING, LEAFLETS, but
from tests.referrals.test_api import a_body, post
from tests.referrals.world import World

DOCUMENTS = st.dictionaries(st.sampled_from("abc"), st.integers(0, 2))


async def put(
    client: httpx.AsyncClient, world: World, auth: httpx.Auth, definition: Any = BEFRIENDING, **said: Any
) -> httpx.Response:
    """Publish the programme ``befriending`` on this definition."""
    body = {"organisation_id": str(world.host.id), "definition": definition, **said}
    return await client.put(f"/programmes/{ID}", json=body, auth=auth)


ID = new_id()


async def terms(world: World) -> list[Any]:
    """The terms that were told of the programme, the oldest first."""
    return [
        fact["terms"]
        for name, fact in await world.everything_told()
        if name == "programme-published" and fact["programme_id"] == str(ID)
    ]


async def test_a_programme_on_a_definition_is_what_its_file_says(
    client: httpx.AsyncClient, world: World, operator: httpx.Auth
) -> None:
    answer = await put(client, world, operator, but(BEFRIENDING, "who.minimum_age", 16), opens="Mondays")

    shown = answer.json()
    assert (answer.status_code, shown["slug"], shown["name"], shown["model"]) == (
        200,
        "befriending",
        "Befriending",
        "one-to-one",
    )
    assert (shown["minimum_age"], shown["weights"], shown["checks_required"]) == (16, {"experience": 300}, False)
    assert (shown["opens"], shown["definition_version"]) == ("Mondays", 1)


async def test_its_terms_are_told_and_none_of_its_words(
    client: httpx.AsyncClient, world: World, operator: httpx.Auth
) -> None:
    await put(client, world, operator, but(BEFRIENDING, "support.length", {"weeks": 26, "review_weeks": 4}))

    [told] = await terms(world)
    assert (told["definition_version"], told["length_weeks"], told["review_weeks"]) == (1, 26, 4)
    assert "walk" not in str(await world.everything_told())


async def test_a_programme_without_a_definition_is_told_without_terms(world: World) -> None:
    [fact] = [body for name, body in await world.everything_told() if name == "programme-published"]

    assert fact["terms"] is None


async def test_every_version_can_be_read_again(client: httpx.AsyncClient, world: World, operator: httpx.Auth) -> None:
    await put(client, world, operator)
    await put(client, world, operator, but(BEFRIENDING, "matching.weights", {"place": 10}))

    first, now, never = [
        await client.get(f"/programmes/{ID}/definition", params=version, auth=operator)
        for version in ({"version": 1}, {}, {"version": 3})
    ]

    assert (first.json()["version"], first.json()["definition"]["matching"]["weights"]) == (1, {"experience": 300})
    assert (now.json()["version"], now.json()["definition"]["matching"]["weights"]) == (2, {"place": 10})
    assert (never.status_code, never.json()["code"]) == (404, "no-definition")


async def test_the_same_definition_again_is_the_same_version_and_told_once(
    client: httpx.AsyncClient, world: World, operator: httpx.Auth
) -> None:
    again = [(await put(client, world, operator)).json()["definition_version"] for _ in range(2)]

    assert again == [1, 1]
    assert len(await terms(world)) == 1


async def test_hard_rules_do_not_go_unseen_because_a_body_says_nothing_of_them(
    client: httpx.AsyncClient, world: World, operator: httpx.Auth
) -> None:
    plain = {"slug": "befriending", "organisation_id": str(world.host.id), "name": "B", "model": "m", "formality": "f"}
    await put(client, world, operator)

    silent = await client.put(f"/programmes/{ID}", json=plain, auth=operator)
    said = await client.put(f"/programmes/{ID}", json=plain | {"definition": None}, auth=operator)

    assert (silent.status_code, silent.json()["code"]) == (409, "definition-missing")
    assert (said.status_code, said.json()["definition_version"]) == (200, 0)
    assert (await terms(world))[-1] is None


async def test_what_the_definition_says_is_not_said_beside_it(
    client: httpx.AsyncClient, world: World, operator: httpx.Auth
) -> None:
    answer = await put(client, world, operator, weights={"place": 1}, name="Other")

    assert answer.status_code == 422
    assert "The definition says name, weights" in answer.text


async def test_what_a_definition_cannot_mean_is_refused_where_it_stands(
    client: httpx.AsyncClient, world: World, operator: httpx.Auth
) -> None:
    answer = await put(client, world, operator, but(BEFRIENDING, "matching.rules", ["same-condition"]))

    assert answer.status_code == 422
    assert "write the reason as the argument" in answer.text


async def test_whose_file_it_is_says_yes_before_it_is_applied(
    client: httpx.AsyncClient, world: World, operator: httpx.Auth
) -> None:
    theirs = but(BEFRIENDING, "approval", {"by": "young-people", "needed": 4})

    early = await put(client, world, operator, theirs, approvals=3)
    later = await put(client, world, operator, theirs, approvals=4)

    assert (early.status_code, early.json()["code"]) == (422, "definition-not-approved")
    assert "once 4 of them have said yes" in early.json()["detail"]
    assert later.json()["definition_version"] == 1


async def test_nobody_is_referred_where_the_definition_says_so(
    client: httpx.AsyncClient, world: World, operator: httpx.Auth, referrer: httpx.Auth
) -> None:
    await put(client, world, operator, LEAFLETS)

    answer = await post(client, a_body(world, programme_id=str(ID)), referrer)

    assert (answer.status_code, answer.json()["code"]) == (409, "programme-takes-no-referrals")


@given(st.lists(st.one_of(st.none(), DOCUMENTS), max_size=8))
def test_versions_count_up_and_what_was_applied_is_never_changed(said: list[dict[str, int] | None]) -> None:
    latest: Defined | None = None
    kept: dict[int, object] = {}

    for document in said:
        now = applied(Asked(document) if document is not None else None, latest, in_force=False)
        if now is not None:
            assert kept.setdefault(now.version, now.document) == document
            latest = now

    assert sorted(kept) == list(range(1, len(kept) + 1))


@given(DOCUMENTS, st.integers(0, 20), st.integers(1, 20))
def test_a_new_version_is_applied_only_with_as_many_yeses_as_it_needs(
    document: dict[str, int], approvals: int, needed: int
) -> None:
    asked = Asked(document, "members", needed, approvals)

    if approvals < needed:
        with pytest.raises(DefinitionNotApproved):
            applied(asked, None, in_force=False)
    else:
        assert applied(asked, None, in_force=False) == Defined(1, document, approvals)


def test_nothing_said_where_a_definition_is_in_force_is_refused() -> None:
    with pytest.raises(DefinitionMissing):
        applied(None, Defined(1, {}), in_force=True)


OFFERED_AT = but(BEFRIENDING, "sites", ["Newham", "Brighton and Hove"])


async def test_a_referral_names_a_site_of_the_programme_and_it_is_told(
    client: httpx.AsyncClient, world: World, operator: httpx.Auth, referrer: httpx.Auth
) -> None:
    programme = await put(client, world, operator, OFFERED_AT)
    made = await post(client, a_body(world, programme_id=str(ID), site="brighton-and-hove"), referrer)

    shown = await client.get(made.headers["Location"], auth=referrer)

    assert programme.json()["sites"] == ["newham", "brighton-and-hove"]
    assert shown.json()["site"] == "brighton-and-hove"
    told = [body for name, body in await world.everything_told() if name == "referral-created"]
    assert [fact["site"] for fact in told] == ["brighton-and-hove"]
    assert [one["sites"] for one in await terms(world)] == [["newham", "brighton-and-hove"]]


async def test_a_site_that_its_definition_does_not_name_is_refused_with_those_it_does(
    client: httpx.AsyncClient, world: World, operator: httpx.Auth, referrer: httpx.Auth
) -> None:
    await put(client, world, operator, OFFERED_AT)

    known, undefined = [
        await post(client, a_body(world, programme_id=programme, site="leeds"), referrer)
        for programme in (str(ID), str(world.programme.id))
    ]

    assert [(one.status_code, one.json()["code"]) for one in (known, undefined)] == [(422, "site-unknown")] * 2
    assert "newham, brighton-and-hove" in known.json()["detail"]
    assert "none" in undefined.json()["detail"]


async def test_a_draft_keeps_its_site_until_it_is_submitted(
    client: httpx.AsyncClient, world: World, operator: httpx.Auth, referrer: httpx.Auth
) -> None:
    await put(client, world, operator, OFFERED_AT)
    body = a_body(world, programme_id=str(ID), site="newham")
    consent = body.pop("consent")
    kept = await post(client, body, referrer, path="/referrals/drafts")

    await client.post(
        f"/referrals/{kept.json()['id']}/submission",
        json={"consent": consent},
        auth=referrer,
        headers={"If-Match": kept.headers["ETag"]},
    )

    told = [body for name, body in await world.everything_told() if name == "referral-created"]
    assert [fact["site"] for fact in told] == ["newham"]


async def test_a_programme_whose_definition_is_taken_off_has_no_sites_any_more(
    client: httpx.AsyncClient, world: World, operator: httpx.Auth
) -> None:
    await put(client, world, operator, OFFERED_AT)
    said = {"slug": "befriending", "name": "Befriending", "model": "one-to-one", "formality": "formal"}

    answer = await put(client, world, operator, None, **said)

    assert (answer.status_code, answer.json()["sites"]) == (200, [])
