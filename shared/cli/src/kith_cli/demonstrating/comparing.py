"""Every count held against what another service says of the same: imports, referrals, matching, reporting, mail."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from kith_cli.demonstrating.exports import Imported
from kith_cli.demonstrating.looking import Post, Rows, Seen
from kith_cli.importing.outcomes import ACCEPTED, POSSIBLE_DUPLICATE

Place = tuple[str, str, str]
"""An organisation, a programme, and on which side: as reporting has its lines."""
Counts = Counter[Place]
TAKEN_ON: Final = frozenset({"accepted", "in-support"})
"""Where somebody stands who was taken on and not matched: they wait, or are in a group."""
COME_TO_NOTHING: Final = frozenset({"did-not-suit", "did-not-take-place"})
"""Endings of a match after which the person waits for another."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One thing counted twice: ``said`` is what each of the two says, with who says it.

    ``again`` is whether the same is counted at another place too, as each referral is for who made it and who got it;
    then it is not to be added up.
    """

    what: str
    where: str
    said: tuple[tuple[str, int], tuple[str, int]]
    again: bool = False

    @property
    def agrees(self) -> bool:
        """Whether both say the same."""
        (_, one), (_, other) = self.said
        return one == other


def compare(imports: Iterable[Imported], seen: Seen, post: Post, names: Mapping[str, str]) -> list[Compared]:
    """Hold everything against everything. ``names`` are those of organisations and programmes, by id."""
    return [
        *_imports(imports, seen),
        *_totals(seen, names),
        *_policy(seen, names),
        *_concerns(seen),
        *_post(seen, post),
        Compared("dead letters", "network", (("there should be", 0), ("there are", seen.dead_letters))),
    ]


def _imports(imports: Iterable[Imported], seen: Seen) -> list[Compared]:
    there = {referral["id"] for referral in seen.referrals}
    waiting = {(row["asked_as"], row["file_name"], row["row"], row["duplicate_of"]) for row in seen.waiting_rows}
    found = []
    for one in imports:
        outcomes = one.totals.outcomes
        made = ("referrals", len(there & set(one.referrals)))
        kept = ("referrals", sum((one.organisation_id, one.file_name, *alike) in waiting for alike in one.alike))
        found.append(Compared("rows accepted", one.file_name, (("report", outcomes[ACCEPTED]), made)))
        duplicates = ("report", outcomes[POSSIBLE_DUPLICATE])
        found.append(Compared("possible duplicates", one.file_name, (duplicates, kept)))
    return found


def _totals(seen: Seen, names: Mapping[str, str]) -> list[Compared]:
    """Every line of reporting's, count by count."""
    counted = _of_referrals(seen.referrals) | _of_matching(seen)
    lines = {_place(line): line for line in seen.totals}
    found = []
    for (what, who), counts in counted.items():
        for place in sorted(counts.keys() | lines.keys()):
            reported = lines[place][what] if place in lines else 0
            where = f"{names.get(place[1], place[1])}, {place[2]} {names.get(place[0], place[0])}"
            said = ((who, counts[place]), ("reporting", reported))
            found.append(Compared(what, where, said, again=place[2] == "referrer"))
    return found


def _of_referrals(referrals: Rows) -> dict[tuple[str, str], Counts]:
    rules: dict[str, Callable[[dict[str, Any]], bool]] = {
        "received": lambda one: bool(one["id"]),
        "undecided": lambda one: not (one["decided_at"] or one["matched_at"] or one["closed_at"]),
        "accepted": lambda one: bool(one["decided_at"]) and one["decision_reason"] is None,
        "declined": lambda one: one["decision_reason"] is not None,
        "matched": lambda one: bool(one["matched_at"]),
        "closed": lambda one: bool(one["closed_at"]),
    }
    return {
        (what, "referrals"): Counter(place for one in referrals if rule(one) for place in _places(one))
        for what, rule in rules.items()
    }


def _of_matching(seen: Seen) -> dict[tuple[str, str], Counts]:
    by_id = {referral["id"]: referral for referral in seen.referrals}
    running = [match["referral_id"] for match in seen.matches if match["ended_on"] is None]
    sessions: Counts = Counter()
    companions: Counts = Counter()
    for session in seen.sessions:
        if session["outcome"] == "happened":
            sessions[session["asked_as"], session["programme_id"], "owner"] += 1
            together = sum(one["companions"] for one in session["came_with"])
            companions[session["asked_as"], session["programme_id"], "owner"] += together
            for attended in {*session["attended_referral_ids"], session["referral_id"]} - {None}:
                sessions[_places(by_id[attended])[1]] += 1
    contacts: Counts = Counter()
    people: Counts = Counter()
    for contact in seen.contacts:
        place = (contact["asked_as"], contact["programme_id"], "owner")
        contacts[place] += 1
        people[place] += contact["people"]
    active = [one for one in seen.supporters if one["state"] == "active"]
    supporters = Counter((one["asked_as"], programme, "owner") for one in active for programme in one["programme_ids"])
    matched = {match["referral_id"] for match in seen.matches}
    there = {
        one for session in seen.sessions if session["outcome"] == "happened" for one in session["attended_referral_ids"]
    }
    accepted = {one["id"] for one in seen.referrals if one["status"] in TAKEN_ON and not one["matched_at"]}
    again = [match["referral_id"] for match in seen.matches if match["ending"] in COME_TO_NOTHING]
    unclosed = [one for one in again if by_id[one]["closed_at"] is None and one not in running]
    return {
        ("waiting", "matching"): Counter(place for one in accepted - there for place in _places(by_id[one])),
        ("attending", "matching"): Counter(place for one in accepted & there for place in _places(by_id[one])),
        ("waiting_again", "matching"): Counter(place for one in set(unclosed) for place in _places(by_id[one])),
        ("matched", "matching"): Counter(place for one in matched for place in _places(by_id[one])),
        ("supported", "matching"): Counter(place for one in running for place in _places(by_id[one])),
        ("sessions", "matching"): sessions,
        ("contacts", "matching"): contacts,
        ("people_reached", "matching"): people,
        ("supporters", "matching"): supporters,
        ("companions", "matching"): companions,
    }


def _policy(seen: Seen, names: Mapping[str, str]) -> list[Compared]:
    """What the definitions say against what came of it, whom a missing training keeps out, and who has which slot.

    A match keeps the version with which it began, so only those of the version in force are held against it.
    """
    found = []
    kept_out = _by_programme(seen.kept_out)
    missing = _by_programme(seen.missing)
    for programme in sorted(kept_out):
        said = (("attention", len(missing[programme])), ("candidates", len(kept_out[programme])))
        found.append(Compared("supporters kept out", names.get(programme, programme), said))
    for one in seen.programmes:
        ours = [match for match in seen.matches if match["programme_id"] == one.id]
        ours = [match for match in ours if match["definition_version"] == one.policy.version]
        if one.policy.review_weeks is not None and ours:
            planned = sum(_weeks_to_review(match) == one.policy.review_weeks for match in ours)
            found.append(Compared("reviews planned", one.slug, (("definition", len(ours)), ("matches", planned))))
    for slot in seen.slots:
        had = sum(place["state"] == "taken" for place in slot["places"])
        found.append(Compared("slots booked", slot["id"], (("slots", slot["taken"]), ("places", had))))
    return found


def _weeks_to_review(match: Mapping[str, Any]) -> float:
    between = date.fromisoformat(match["review_on"]) - date.fromisoformat(match["made_on"])
    return between / timedelta(weeks=1)


def _by_programme(rows: Rows) -> defaultdict[str, set[str]]:
    found = defaultdict(set)
    for row in rows:
        found[row["programme_id"]].add(row["supporter_id"])
    return found


def _concerns(seen: Seen) -> list[Compared]:
    """Each concern is told to the lead of the duty desk that answers for it, once."""
    found = []
    for one in seen.concerns:
        desk = f"duty-lead/{one['desk_id']}"
        told = sum((letter["recipient"], letter["state"]) == (desk, "delivered") for letter in one["letters"])
        found.append(Compared("concerns at their desk", one["id"], (("matching", 1), ("notifications", told))))
    return found


def _post(seen: Seen, post: Post) -> list[Compared]:
    owners = [line for line in seen.totals if line["side"] == "owner"]
    found = [
        Compared(
            f"messages {state}",
            "network",
            (
                ("notifications", seen.message_states.get(state, 0)),
                ("reporting", sum(line[f"messages_{state}"] for line in owners)),
            ),
        )
        for state in ("delivered", "failed")
    ]
    if post.caught is not None:
        mails = (("notifications", post.delivered), ("mail server", post.caught))
        found.append(Compared("mails of this run", "network", mails))
    return found


def _place(line: Mapping[str, Any]) -> Place:
    return line["organisation_id"], line["programme_id"], line["side"]


def _places(referral: Mapping[str, Any]) -> tuple[Place, Place]:
    """The two lines in which a referral counts."""
    programme = referral["programme_id"]
    return (
        (referral["programme_organisation_id"], programme, "owner"),
        (referral["referring_organisation_id"], programme, "referrer"),
    )
