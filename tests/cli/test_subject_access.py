"""What `kith subject-access` says of a request: by when it is answered, or what it waits for."""

import pytest

from kith_cli.subject_access import due

RUNNING = {"due_on": "2026-10-01", "waiting_since": None, "waiting_for": None}


def test_a_request_is_to_be_answered_by_its_day() -> None:
    assert due(RUNNING) == "is to be answered by 2026-10-01"


@pytest.mark.parametrize(("awaited", "words"), [("clarification", "what they mean"), ("identity", "who they are")])
def test_a_request_that_waits_is_due_on_no_day(awaited: str, words: str) -> None:
    said = due({"due_on": None, "waiting_since": "2026-09-10", "waiting_for": awaited})

    assert words in said
    assert said.startswith("waits since 2026-09-10")
    assert "None" not in said
