"""A network file whose programmes stand on definitions, and whose supporters have what those ask for."""

import json
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from kith_cli.loading import qualify
from kith_cli.network import NetworkUnusable, Supporter, read_network
from kith_cli.programmes.page import EXAMPLE
from tests.cli.answering import Network


def a_network(folder: Path, programme: str, definition: str = EXAMPLE, supporters: str = "[{id: *other}]") -> Path:
    """A file with one organisation whose programme says this of itself, with the definition in a folder beside it."""
    (folder / "ours").mkdir()
    (folder / "ours" / "allotment-mornings.yaml").write_text(definition)
    path = folder / "network.yaml"
    path.write_text(
        f"""
supporter_defaults: {{capacity: 2, languages: [cy]}}
organisations:
- id: &other 01a088b5-af46-7fb8-8007-09389b64dc76
  slug: example-trust
  supporter_defaults: {{capacity: 3, trainings: [{{code: first-aid, days_ago: 10}}]}}
  programmes:
  - {{id: 01a088b5-a474-7863-9339-be393418660f, {programme}}}
  - {{id: 01a088b5-b705-7a04-88f1-abca8f33777c, slug: other, model: group}}
  supporters: {supporters}
"""
    )
    return path


ALLOTMENT = "slug: our-plot, definition: ours/allotment-mornings.yaml"


def test_a_programme_says_what_its_definition_says_and_what_is_only_its_own(tmp_path: Path) -> None:
    [organisation] = read_network(a_network(tmp_path, f"{ALLOTMENT}, telephone: 0141 496 0101"))

    programme = organisation.programmes[0]

    assert (programme.slug, programme.model) == ("our-plot", "group")
    assert programme.body["definition"]["name"] == "Allotment mornings"
    assert programme.body["telephone"] == "0141 496 0101"
    assert "name" not in programme.body


def test_a_programme_without_a_slug_has_its_definitions(tmp_path: Path) -> None:
    [organisation] = read_network(a_network(tmp_path, "definition: ours/allotment-mornings.yaml"))

    assert organisation.programmes[0].slug == "allotment-mornings"


@pytest.mark.parametrize(
    ("programme", "definition", "code", "says"),
    [
        (
            *("definition: ours/alotment-mornings.yaml", EXAMPLE, "definition-not-found"),
            "there is no ours/alotment-mornings.yaml, seen from its folder. Perhaps allotment-mornings.yaml is meant.",
        ),
        (
            *(ALLOTMENT, EXAMPLE.replace("organised", "strict"), "definition-unusable"),
            "cannot be used itself. Line 5: Only one of informal, organised, formal may stand here",
        ),
        (
            *(f"{ALLOTMENT}, name: Ours, channels: [video]", EXAMPLE, "said-beside-definition"),
            "the definition ours/allotment-mornings.yaml says channels, name: take that out beside it.",
        ),
        (
            *(ALLOTMENT, f"{EXAMPLE}approval: {{by: members, needed: 2}}\n", "definition-not-approved"),
            "is that of the members. Ask them, and write how many of them have said yes as approvals: it takes 2.",
        ),
    ],
)
def test_a_definition_that_a_programme_cannot_stand_on_is_told_with_a_code(
    tmp_path: Path, programme: str, definition: str, code: str, says: str
) -> None:
    with pytest.raises(NetworkUnusable) as unusable:
        read_network(a_network(tmp_path, programme, definition))

    assert unusable.value.code == code
    assert says in str(unusable.value)
    assert str(unusable.value).endswith(f"[{code}]")


def test_those_who_said_yes_to_a_definition_are_told_with_it(tmp_path: Path) -> None:
    approved = f"{EXAMPLE}approval: {{by: members, needed: 2}}\n"

    [organisation] = read_network(a_network(tmp_path, f"{ALLOTMENT}, approvals: 2", approved))

    assert organisation.programmes[0].body["approvals"] == 2


def test_a_supporter_says_more_than_their_organisation_and_that_more_than_the_file(tmp_path: Path) -> None:
    path = a_network(tmp_path, ALLOTMENT, supporters="[{id: *other, trainings: []}, {id: *other, capacity: 1}]")

    [organisation] = read_network(path)
    untrained, trained = organisation.supporters

    assert (untrained.body["capacity"], untrained.trainings) == (3, ())
    assert (trained.body["capacity"], trained.body["languages"], len(trained.trainings)) == (1, ["cy"], 1)
    assert "trainings" not in trained.body


def test_a_supporter_is_in_every_programme_or_in_those_that_they_name(tmp_path: Path) -> None:
    path = a_network(tmp_path, ALLOTMENT, supporters="[{id: *other}, {id: *other, programmes: [our-plot]}]")

    [organisation] = read_network(path)
    everywhere, only_there = (one.body["programme_ids"] for one in organisation.supporters)

    assert everywhere == [str(one.id) for one in organisation.programmes]
    assert only_there == everywhere[:1]


TODAY = date(2026, 11, 23)
A_CHECK = {"body": "dbs", "level": "basic", "workforce": "adults", "decision": "suitable", "days_ago": 30}


def a_supporter() -> Supporter:
    trainings = ({"code": "first-aid", "days_ago": 10}, {"code": "listening", "days_ago": 400})
    return Supporter(UUID(int=7), {}, trainings, (A_CHECK,))


def a_list(*items: dict[str, Any]) -> httpx.Response:
    return httpx.Response(200, json={"items": items, "next": None})


def recorded(network: Network) -> list[dict[str, Any]]:
    """What was told of the supporter, without what was only looked at."""
    return [json.loads(request.content) for request in network.asked if request.method == "POST"]


def test_what_supporters_have_finished_is_recorded_on_its_day() -> None:
    made = [httpx.Response(201, json={}) for _ in range(3)]
    network = Network(a_list(), *made[:2], a_list(), made[2])

    with network.speaker() as coordinator:
        qualify(coordinator, a_supporter(), TODAY)

    first, second, check = recorded(network)
    assert first == {"code": "first-aid", "finished_on": "2026-11-13"}
    assert second == {"code": "listening", "finished_on": "2025-10-19"}
    assert check["issued_on"] == "2026-10-24"
    assert "days_ago" not in check


def test_a_load_that_was_killed_goes_on_with_what_is_not_recorded() -> None:
    before = {"code": "first-aid", "finished_on": "2026-11-12"}
    network = Network(a_list(before), httpx.Response(201, json={}), a_list(), httpx.Response(201, json={}))

    with network.speaker() as coordinator:
        qualify(coordinator, a_supporter(), TODAY)

    assert [one.get("code") for one in recorded(network)] == ["listening", None]


def test_what_was_recorded_is_not_recorded_again_on_another_day() -> None:
    trainings = [{"code": code, "finished_on": "2026-01-31"} for code in ("first-aid", "listening")]
    network = Network(a_list(*trainings), a_list(A_CHECK | {"issued_on": "2026-01-31"}))

    with network.speaker() as coordinator:
        qualify(coordinator, a_supporter(), TODAY)

    assert recorded(network) == []


def test_a_check_that_is_awaited_has_no_day() -> None:
    awaited = Supporter(UUID(int=7), {}, (), ({"body": "dbs", "level": "basic", "decision": "awaited"},))

    assert list(awaited.records(TODAY)) == [("checks", {"body": "dbs", "level": "basic", "decision": "awaited"})]
