"""What a supervisor noted is in no fact, log, span, metric, mail, export and dump: it is answered to them alone."""

import pytest

from tests.journeys.a_note import WORDS
from tests.journeys.a_run import ARun
from tests.matching.breaking_in import shows

pytestmark = pytest.mark.slow


def text(raw: bytes) -> str:
    """Bytes as they are, each a character."""
    return raw.decode("latin-1")


def test_its_author_reads_it_and_nobody_else_is_answered_it(the_run: ARun) -> None:
    assert shows(the_run.noted.read, WORDS)
    assert [one.status_code for one in the_run.noted.answers] == [201, 201, 422, 422, 422, 422, 404, 200, 200, 404, 403]
    assert not any(shows(one.text + str(one.headers), WORDS) for one in the_run.noted.answers)


def test_no_fact_tells_it_and_one_tells_that_there_was_one(the_run: ARun) -> None:
    told = [one for one in the_run.traces.records if one.name == "supervision-logged"]

    assert the_run.noted.supervision_id in {one.body["supervision_id"] for one in told}
    assert not any(shows(text(one.raw), WORDS) for one in the_run.traces.records)


def test_no_log_line_span_metric_or_mail_holds_it(the_run: ARun) -> None:
    traces = the_run.traces
    places = {
        **{name: text(log) for name, log in traces.logs.items()},
        **{f"metrics of {name}": text(metrics) for name, metrics in traces.metrics.items()},
        "spans": "\n".join(map(text, traces.spans)),
        "mails": str(the_run.mails),
    }

    assert "/supervisions" in places["spans"]
    assert [name for name, there in places.items() if shows(there, WORDS)] == []


def test_no_export_and_no_dump_holds_it(the_run: ARun) -> None:
    taken = the_run.taken

    assert {name.partition(" ")[0] for name in taken} == {"audit", "subject", "dump"}
    assert all(taken.values())
    assert the_run.noted.supervision_id in taken["audit of matching"]
    assert the_run.noted.supervision_id in taken["dump of matching"]
    assert [name for name, there in taken.items() if shows(there, WORDS)] == []
