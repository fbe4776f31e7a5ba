"""A network file that says who is on duty: read only if a concern would reach somebody who answers."""

from pathlib import Path
from typing import Any

import pytest

from kith_cli.network import NetworkUnusable, Organisation, read_network

LEAD = "lead: {name: Duty Testwell, email: duty@example.org}"
PROGRAMME = "01a088b5-a474-7863-9339-be393418660f"
ONE, OTHER = "01a11c1e-6b1f-7c42-8d3a-5e0f9b7a2c14", "01a11c1e-6b20-7d5e-9a71-3c8b4f6e1d27"


def read(folder: Path, *desks: str, clients: str = "[safeguarding-lead]") -> Organisation:
    """The organisation of a file that says these desks of it, each with an id."""
    ids = (ONE, OTHER)
    path = folder / "network.yaml"
    path.write_text(
        f"""
organisations:
- id: 01a088b5-af46-7fb8-8007-09389b64dc76
  slug: example-trust
  clients: {clients}
  programmes: [{{id: {PROGRAMME}, slug: peer-listening}}]
  duty_desks: [{", ".join(f"{{id: {id_}, {desk}}}" for id_, desk in zip(ids, desks, strict=False))}]
"""
    )
    [organisation] = read_network(path)
    return organisation


def test_a_desk_is_told_as_the_file_says_it(tmp_path: Path) -> None:
    said = "districts: [G12], deputy: {name: Deputy, email: deputy@example.org}, decide_minutes: 60"

    _, desk = read(tmp_path, f"{LEAD}, {said}", LEAD).duty_desks

    assert str(desk.id) == ONE
    assert desk.body["lead"] == {"name": "Duty Testwell", "email": "duty@example.org"}
    assert (desk.body["districts"], desk.body["decide_minutes"]) == (["G12"], 60)
    assert "trustee" not in desk.body


@pytest.mark.parametrize("quoted", ["08:30", "'08:30'"])
def test_times_are_those_on_a_clock_with_quotes_and_without(tmp_path: Path, quoted: str) -> None:
    [desk] = read(tmp_path, f"{LEAD}, opens_at: {quoted}, closes_at: 16:30").duty_desks

    assert (desk.body["opens_at"], desk.body["closes_at"]) == ("08:30:00", "16:30:00")


def test_one_desk_answers_for_some_districts_and_another_for_everywhere_else(tmp_path: Path) -> None:
    organisation = read(tmp_path, f"{LEAD}, districts: [EH1, EH16]", LEAD)

    assert [one.body.get("districts") for one in organisation.duty_desks] == [None, ["EH1", "EH16"]]


def test_a_desk_may_be_a_programmes_own_by_its_slug(tmp_path: Path) -> None:
    everywhere, own = read(tmp_path, f"{LEAD}, programme: peer-listening", LEAD).duty_desks

    assert (own.body["programme_id"], "programme" in own.body) == (PROGRAMME, False)
    assert "programme_id" not in everywhere.body


@pytest.mark.parametrize(
    ("desks", "code", "says"),
    [
        ((f"{LEAD}, depty: {{}}",), "duty-desk-word-unknown", "says depty, which no duty desk has. Perhaps deputy is"),
        (("districts: [G12]",), "lead-missing", f"{ONE} of example-trust has no lead: say the name and email of a"),
        (("lead: duty@example.org",), "mailbox-incomplete", "the lead of the duty desk"),
        ((f"{LEAD}, deputy: {{name: Deputy}}",), "mailbox-incomplete", "is not a mailbox: say its name and email"),
        ((f"{LEAD}, opens_at: 18:00",), "closes-before-it-opens", "closes before it opens: say opens_at and closes_at"),
        (
            *((f"{LEAD}, districts: [G12, ML1]", f"{LEAD}, districts: [ML1]"), "district-taken"),
            "two duty desks of example-trust answer for ML1: take that out of one of them.",
        ),
        (
            *((f"{LEAD}, districts: [G12]",), "everything-else-unanswered"),
            "no duty desk of example-trust answers for everything else: add one with neither districts nor a programme",
        ),
        (
            (f"{LEAD}, programme: peer-listenin",),
            "programme-unknown",
            "no programme of example-trust. Perhaps peer",
        ),
        ((LEAD, LEAD), "district-taken", "two duty desks of example-trust answer for everywhere else"),
    ],
)
def test_a_desk_that_cannot_be_is_told_with_a_code(tmp_path: Path, desks: Any, code: str, says: str) -> None:
    with pytest.raises(NetworkUnusable) as unusable:
        read(tmp_path, *desks)

    assert unusable.value.code == code
    assert says in str(unusable.value)


def test_a_desk_at_which_nobody_answers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NetworkUnusable, match=r"nobody to answer there: add safeguarding-lead to its clients"):
        read(tmp_path, LEAD, clients="[coordinator, administrator]")
