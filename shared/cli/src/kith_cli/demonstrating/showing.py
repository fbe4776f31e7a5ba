"""What is shown of it: ids, references and numbers, and nobody's name."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from kith_cli.demonstrating.comparing import Compared
from kith_cli.demonstrating.exports import Imported
from kith_cli.demonstrating.looking import Post, Seen
from kith_cli.demonstrating.policies import Policy
from kith_cli.telling import Teller

SIDES: Final = {"owner": "Programmes, by who runs them", "referrer": "Referrals, by who made them"}
TOTALS: Final = ("received", "undecided", "waiting", "matched", "supported", "sessions", "contacts", "closed")

SLOT: Final = {"starts_at": "when", "times": "how", "taken": "taken", "waiting": "waiting"}
"""What is shown of a listening slot, and the head of its column."""


def show_imports(teller: Teller, imports: Iterable[Imported]) -> None:
    """Show what became of the rows of each export."""
    teller.say("Imports")
    for one in imports:
        why = ", ".join(f"{count} {code}" for code, count in one.totals.codes.most_common())
        teller.say(f"  {one.file_name}: {one.totals}. Rejected: {why or 'none'}.")


def show_referrals(teller: Teller, seen: Seen, names: Mapping[str, str]) -> None:
    """Show what happened to every referral that was carried through."""
    matches = {match["referral_id"]: match for match in seen.matches}
    sessions: Counter[str] = Counter()
    for session in seen.sessions:
        if session["outcome"] == "happened":
            sessions.update({*session["attended_referral_ids"], session["referral_id"]} - {None})
    rows = [
        (
            seen.references.get(referral["id"]) or referral["id"],
            names.get(referral["programme_id"], referral["programme_id"]),
            _status(referral),
            _match(matches.get(referral["id"])),
            sessions[referral["id"]],
            _messages(seen.messages[referral["id"]]),
        )
        for referral in seen.referrals
        if referral["id"] in seen.messages
    ]
    columns = ("reference", "programme", "status", "match", "sessions", "messages")
    teller.table(f"What happened to every referral: {len(rows)}", columns, rows)


def _status(referral: Mapping[str, Any]) -> str:
    why = referral["decision_reason"] or referral["closing_reason"]
    return referral["status"] if why in {None, referral["status"]} else f"{referral['status']}: {why}"


def _match(match: Mapping[str, Any] | None) -> str:
    if match is None:
        return "-"
    return f"ended: {match['ending']}" if match["ending"] else "running"


def _messages(messages: Iterable[Mapping[str, Any]]) -> str:
    counts = Counter(message["code"] or message["state"] for message in messages)
    return ", ".join(f"{count} {what}" for what, count in counts.most_common())


def show_policy(teller: Teller, seen: Seen, names: Mapping[str, str]) -> None:
    """Show by what the programmes match, whom that keeps out and what would change it, and which times there are."""
    rounds = Counter(one["programme_id"] for one in seen.rounds)
    policies = [(one.slug, *_policy(one.policy), rounds[one.id]) for one in seen.programmes]
    columns = ("programme", "definition", "introductions", "shortlist", "answer within", "review after", "rounds")
    teller.table("How programmes introduce people, by their definitions", columns, policies)
    kept_out = Counter((one["programme_id"], one["code"], one["message"]) for one in seen.kept_out)
    rows = [(names.get(where, where), many, code, message) for (where, code, message), many in kept_out.items()]
    teller.table("Supporters kept out until somebody sees to it", ("programme", "supporters", "rule", "why"), rows)
    slots = [(names.get(one["programme_id"], one["programme_id"]), *(one[name] for name in SLOT)) for one in seen.slots]
    teller.table("Listening slots to come", ("programme", *SLOT.values()), slots)


def _policy(policy: Policy) -> tuple[str, ...]:
    version = f"version {policy.version}" if policy.version else "none"
    if not policy.matches:
        return version, *["-"] * 4
    before = "get to know both" * policy.gets_to_know, "ask each whether they may know the other" * policy.asks_each
    review = f"{policy.review_weeks} weeks" if policy.review_weeks else "-"
    return (
        version,
        ", ".join(filter(None, before)) or "-",
        f"{policy.shortlist}",
        f"{policy.answer_hours} hours",
        review,
    )


def show_concerns(teller: Teller, seen: Seen, names: Mapping[str, str]) -> None:
    """Show which concerns there were, whose desk was written to, and how they stand: not what anybody wrote."""
    rows = [
        (
            names.get(one["asked_as"], one["asked_as"]),
            one["id"],
            one["about"] or "-",
            ", ".join(f"{letter['recipient']} {letter['state']}" for letter in one["letters"]),
            one["decision"] or ("acknowledged" if one["acknowledged_at"] else "open"),
        )
        for one in seen.concerns
    ]
    teller.table("Concerns, and who was written to", ("organisation", "concern", "about", "letters", "decision"), rows)


def show_totals(teller: Teller, seen: Seen) -> None:
    """Show what reporting says of each organisation and programme."""
    for side, title in SIDES.items():
        teller.say(title)
        for line in seen.totals:
            if line["side"] == side:
                waited = "" if line["mean_days_waited"] is None else f", {line['mean_days_waited']} days waited"
                counts = ", ".join(f"{line[name]} {name}" for name in TOTALS)
                teller.say(f"  {line['organisation_name']}, {line['programme_name']}: {counts}{waited}")


def show_post(teller: Teller, post: Post, seen: Seen) -> None:
    """Show how many mails there were, and how many came again."""
    states = ", ".join(f"{count} {state}" for state, count in sorted(seen.message_states.items()))
    if post.caught is None:
        teller.say(f"Messages: {states}.")
        return
    teller.say(
        f"Messages: {states}. Mails of this run: {post.caught} different by Message-ID, and {post.repeated} of them "
        "came again."
    )


def show_compared(teller: Teller, compared: Iterable[Compared]) -> bool:
    """Show what was compared, each thing on a line with its sums, then what does not agree. Whether all agrees."""
    sums: dict[tuple[str, str, str], list[int]] = {}
    for one in compared:
        (who, count), (other, other_count) = one.said
        line = sums.setdefault((one.what, who, other), [0, 0, 0, 0])
        shown = (0, 0) if one.again else (count, other_count)
        for place, number in enumerate((*shown, 1, not one.agrees)):
            line[place] += number
    rows = [
        (what.replace("_", " "), who, count, other, other_count, places, "yes" if not wrong else f"NO, {wrong} differ")
        for (what, who, other), (count, other_count, places, wrong) in sums.items()
    ]
    columns = ("what", "says", "count", "says", "count", "places", "agree")
    teller.table("Counts held against each other", columns, rows)
    differing = [one for one in compared if not one.agrees]
    for one in differing:
        (who, count), (other, other_count) = one.said
        teller.say(f"{one.what} ({one.where}): {who} says {count}, {other} says {other_count}.")
    return not differing
