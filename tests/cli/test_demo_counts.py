"""Which counts of the demonstration agree, and how that is shown, with what the programmes' definitions did."""

import re
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from kith_cli.demonstrating.comparing import compare
from kith_cli.demonstrating.exports import Imported
from kith_cli.demonstrating.looking import Post, Seen
from kith_cli.demonstrating.policies import Policy
from kith_cli.demonstrating.showing import show_compared, show_concerns, show_policy, show_referrals
from kith_cli.demonstrating.working import Programme
from kith_cli.importing.outcomes import Outcome, Totals
from kith_cli.telling import Teller

POLICY = Policy(2, matches=True, asks_each=True, gets_to_know=True, shortlist=3, answer_hours=48, review_weeks=4)
OURS, THEIRS, PROGRAMME = "our-organisation", "their-organisation", "our-programme"


def a_referral() -> dict[str, Any]:
    return {
        "id": "r1",
        "programme_id": PROGRAMME,
        "programme_organisation_id": OURS,
        "referring_organisation_id": THEIRS,
        "status": "matched",
        "decided_at": "then",
        "decision_reason": None,
        "matched_at": "then",
        "closed_at": None,
        "closing_reason": None,
    }


def a_line(side: str, organisation: str, **different: int) -> dict[str, Any]:
    counts = {
        "received": 1,
        "undecided": 0,
        "accepted": 1,
        "declined": 0,
        "waiting": 0,
        "attending": 0,
        "waiting_again": 0,
        "matched": 1,
        "closed": 0,
        "supported": 1,
        "sessions": 1,
        "contacts": 0,
        "people_reached": 0,
        "supporters": 0,
        "companions": 0,
        "messages_delivered": 2,
        "messages_failed": 0,
    }
    return {"organisation_id": organisation, "programme_id": PROGRAMME, "side": side} | counts | different


def a_match() -> dict[str, Any]:
    return {
        "asked_as": OURS,
        "id": "m1",
        "referral_id": "r1",
        "programme_id": PROGRAMME,
        "made_on": "2026-11-23",
        "review_on": "2026-12-21",
        "definition_version": 2,
        "ended_on": None,
        "ending": None,
    }


def a_concern(desk: str, recipient: str, state: str = "delivered") -> dict[str, Any]:
    return {
        "asked_as": OURS,
        "id": "concern-1",
        "about": "match",
        "desk_id": desk,
        "acknowledged_at": "then",
        "decision": None,
        "letters": [{"recipient": recipient, "state": state}],
    }


def what_is_seen() -> Seen:
    session = {
        "asked_as": OURS,
        "programme_id": PROGRAMME,
        "outcome": "happened",
        "referral_id": "r1",
        "attended_referral_ids": [],
        "came_with": [],
        "match_id": "m1",
    }
    return Seen(
        programmes=(Programme(PROGRAMME, OURS, "support", "one-to-one", POLICY),),
        referrals=[a_referral()],
        references={"r1": "REF-1"},
        waiting_rows=[{"asked_as": THEIRS, "file_name": "export.csv", "row": 2, "duplicate_of": "REF-1"}],
        matches=[a_match()],
        sessions=[session],
        contacts=[],
        supporters=[],
        missing=[],
        kept_out=[],
        rounds=[],
        slots=[],
        concerns=[],
        totals=[
            a_line("owner", OURS, contacts=1, people_reached=7, supporters=1),
            a_line("referrer", THEIRS),
        ],
        message_states={"delivered": 2},
        messages={"r1": [{"state": "delivered", "code": None}, {"state": "failed", "code": "no-channel"}]},
        dead_letters=0,
    )


def all_that_is_seen() -> Seen:
    contact = {"asked_as": OURS, "programme_id": PROGRAMME, "people": 7}
    supporter = {"asked_as": OURS, "programme_ids": [PROGRAMME], "state": "active"}
    missing = {"programme_id": PROGRAMME, "supporter_id": "s2"}
    kept_out = missing | {"code": "checks-out-of-date", "message": "The check has run out."}
    slot = {
        "id": "slot-1",
        "programme_id": PROGRAMME,
        "starts_at": "2026-12-01T10:00:00Z",
        "times": "booked",
        "taken": 1,
        "waiting": 2,
        "places": [{"state": "taken"}, {"state": "waiting"}, {"state": "waiting"}],
    }
    return replace(
        what_is_seen(),
        concerns=[a_concern("desk-1", "duty-lead/desk-1")],
        contacts=[contact],
        supporters=[supporter],
        missing=[missing, missing],
        kept_out=[kept_out],
        rounds=[{"programme_id": PROGRAMME}],
        slots=[slot],
    )


def an_import() -> Imported:
    totals = Totals()
    totals.count(Outcome(1, "accepted"))
    totals.count(Outcome(2, "possible-duplicate", of="REF-1"))
    return Imported("export.csv", THEIRS, totals, ("r1",), frozenset({(2, "REF-1")}))


NAMES = {OURS: "ours", THEIRS: "theirs", PROGRAMME: "support"}


def differing(seen: Seen, post: Post) -> list[str]:
    return [f"{one.what} ({one.where})" for one in compare([an_import()], seen, post, NAMES) if not one.agrees]


class TestComparing:
    def test_what_agrees_agrees(self) -> None:
        assert differing(all_that_is_seen(), Post(2, 2)) == []

    @pytest.mark.parametrize(
        ("name", "value", "expected"),
        [
            ("matches", [], ["matched (support, owner ours)", "matched (support, referrer theirs)"]),
            ("sessions", [], ["sessions (support, owner ours)", "sessions (support, referrer theirs)"]),
            ("contacts", [], ["contacts (support, owner ours)", "people_reached (support, owner ours)"]),
            ("supporters", [], ["supporters (support, owner ours)"]),
            ("waiting_rows", [], ["possible duplicates (export.csv)"]),
            ("message_states", {"delivered": 3}, ["messages delivered (network)"]),
            ("message_states", {"delivered": 2, "failed": 1}, ["messages failed (network)"]),
            ("missing", [], ["supporters kept out (support)"]),
            ("matches", [a_match() | {"review_on": "2026-12-22"}], ["reviews planned (support)"]),
            ("slots", [{"id": "slot-1", "taken": 1, "places": [{"state": "waiting"}]}], ["slots booked (slot-1)"]),
            ("concerns", [a_concern("desk-1", "duty-lead/desk-2")], ["concerns at their desk (concern-1)"]),
            ("concerns", [a_concern("desk-1", "duty-lead/desk-1", "failed")], ["concerns at their desk (concern-1)"]),
            ("dead_letters", 1, ["dead letters (network)"]),
        ],
    )
    def test_a_count_that_differs_is_found(self, name: str, value: Any, expected: list[str]) -> None:
        found = differing(replace(all_that_is_seen(), **{name: value}), Post(2, 2))

        assert set(expected) <= set(found)

    @pytest.mark.parametrize(
        "count",
        ["received", "undecided", "accepted", "declined", "matched", "closed", "waiting", "attending", "waiting_again"],
    )
    def test_a_total_that_differs_on_either_side_is_found(self, count: str) -> None:
        seen = all_that_is_seen()
        for line, where in zip(seen.totals, ("owner ours", "referrer theirs"), strict=True):
            wrong = [one | ({count: one[count] + 1} if one is line else {}) for one in seen.totals]

            assert f"{count} (support, {where})" in differing(replace(seen, totals=wrong), Post(2, 2))

    def test_a_match_keeps_the_review_of_the_definition_with_which_it_began(self) -> None:
        began_before = a_match() | {"definition_version": 1, "review_on": "2027-01-04"}

        assert differing(replace(all_that_is_seen(), matches=[began_before]), Post(2, 2)) == []

    def test_a_mail_too_few_is_found(self) -> None:
        assert differing(all_that_is_seen(), Post(2, 1)) == ["mails of this run (network)"]

    def test_a_referral_that_is_not_there_is_found(self) -> None:
        gone = replace(all_that_is_seen(), referrals=[a_referral() | {"id": "r2"}], matches=[], sessions=[])

        assert "rows accepted (export.csv)" in differing(gone, Post(2, 2))


class TestShowing:
    def test_what_does_not_agree_is_said_in_a_sentence(self) -> None:
        said = StringIO()

        agrees = show_compared(
            Teller(Console(file=said, width=200)), compare([an_import()], all_that_is_seen(), Post(2, 1), NAMES)
        )

        assert not agrees
        assert "mails of this run (network): notifications says 2, mail server says 1." in said.getvalue()

    def test_what_all_agrees_is_added_up_once(self) -> None:
        said = StringIO()

        agrees = show_compared(
            Teller(Console(file=said, width=200)), compare([an_import()], all_that_is_seen(), Post(2, 2), NAMES)
        )

        assert agrees
        assert re.search(r"received +referrals +1 +reporting +1 +2 +yes", said.getvalue())

    def test_a_referral_is_shown_by_its_reference(self) -> None:
        said = StringIO()

        show_referrals(Teller(Console(file=said, width=200)), all_that_is_seen(), NAMES)

        assert re.search(r"REF-1 +support +matched +running +1 +1 delivered, 1 no-channel", said.getvalue())

    def test_who_is_kept_out_is_counted_with_the_rule_and_what_would_change_it(self) -> None:
        said = StringIO()

        show_policy(Teller(Console(file=said, width=200)), all_that_is_seen(), NAMES)

        assert re.search(r"support +1 +checks-out-of-date +The check has run out\.", said.getvalue())

    def test_how_a_programme_introduces_people_is_shown_by_its_definition(self) -> None:
        said = StringIO()

        show_policy(Teller(Console(file=said, width=200)), all_that_is_seen(), NAMES)

        asked = "get to know both, ask each whether they may know the other"
        assert re.search(rf"support +version 2 +{asked} +3 +48 hours +4 weeks +1", said.getvalue())

    def test_listening_slots_are_shown_with_who_has_them_and_who_waits(self) -> None:
        said = StringIO()

        show_policy(Teller(Console(file=said, width=200)), all_that_is_seen(), NAMES)

        assert re.search(r"support +2026-12-01T10:00:00Z +booked +1 +2", said.getvalue())

    def test_a_concern_is_shown_with_whose_desk_was_written_to_and_how_it_stands(self) -> None:
        said = StringIO()

        show_concerns(Teller(Console(file=said, width=200)), all_that_is_seen(), NAMES)

        assert re.search(r"ours +concern-1 +match +duty-lead/desk-1 delivered +acknowledged", said.getvalue())
