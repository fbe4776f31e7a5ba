"""What else there is, as journeys have it alike: people are told of an entry of the directory, and some of them go."""

from typing import Any

from kith_chassis import clock
from kith_cli.journeys.doing import Offer, Referred
from kith_cli.journeys.stage import Stage


def list_entry(stage: Stage, by: str, name: str, description: str) -> dict[str, Any]:
    """Put in the directory what an organisation offers, which takes new people now; what it says, and its id."""
    entry_id = str(clock.new_id())
    entry: dict[str, Any] = {
        "slug": f"{by}-{entry_id[-8:]}",
        "organisation_id": str(stage.organisation(by).id),
        "name": f"{name} {entry_id[-8:]}",
        "model": "group",
        "formality": "organised",
        "description": description,
        "districts": ["L8"],
        "capacity": "open",
    }
    stage.operator.say("referrals", f"/programmes/{entry_id}", entry)
    return entry | {"id": entry_id}


def tell_of(
    stage: Stage, by: str, at: tuple[str, str], entry: tuple[str, str], *, referred: Referred | None = None
) -> Any:
    """Log that somebody was told of an entry: ``at`` a ``session`` or a ``contact``, by its id.

    ``entry`` is a ``programme`` or an ``organisation`` of the directory, by its id. Nobody needs a name.
    """
    body: dict[str, Any] = {"at": at[0], "occasion_id": at[1], "entry_kind": entry[0], "entry_id": entry[1]}
    if referred is not None:
        body["referral_id"] = referred.id
    return stage.worker(by).make("matching", "/signposts", body)


def say_what_came_of_it(stage: Stage, by: str, signpost: Any, went: str) -> None:
    """Say whether they ``went``, ``did-not-go``, or were ``turned-away``."""
    stage.worker(by).move_at("matching", f"/signposts/{signpost['id']}/went", signpost["version"], {"went": went})


def told_of(stage: Stage, to: Offer, entry_id: str) -> dict[str, int]:
    """How often people of a programme were told of an entry, and what is known of whether they went."""
    counted = stage.worker(to.organisation).read("matching", f"/programmes/{to.id}/signposts")["items"]
    [one] = [one for one in counted if one["entry_id"] == entry_id]
    return {name: one[name] for name in ("told", "went", "did_not_go", "turned_away")}
