"""What is sealed is in no fact, log, span, metric, mail, export and dump: it is answered to those who may read it."""

import re
from typing import Final

import pytest

from tests.journeys.a_run import ARun
from tests.journeys.planting import WORDS
from tests.matching.breaking_in import shows

pytestmark = pytest.mark.slow

TABLE: Final = re.compile(r"^CREATE TABLE public\.(\w+) \((.*?)^\);", re.MULTILINE | re.DOTALL)
KEEPS_A_KEY: Final = re.compile(r"^    under bytea\b", re.MULTILINE)
"""What every table has that keeps what opens a sealed text: under which key that is wrapped."""


def text(raw: bytes) -> str:
    """Bytes as they are, each a character."""
    return raw.decode("latin-1")


def shown(content: str) -> set[str]:
    """The kinds of sealed text of which something is in it."""
    return {kind for kind, word in WORDS.items() if shows(content, word)}


def test_something_is_planted_in_every_table_that_keeps_sealed_text(the_run: ARun) -> None:
    dumps = [taken for name, taken in the_run.taken.items() if name.startswith("dump of ")]
    sealed = {name for dump in dumps for name, columns in TABLE.findall(dump) if KEEPS_A_KEY.search(columns)}

    assert len(dumps) == 4
    assert sealed == the_run.planted.tables


@pytest.mark.parametrize("kind", WORDS)
def test_who_may_read_it_does_and_nobody_is_answered_it_otherwise(the_run: ARun, kind: str) -> None:
    created, again, *wrong = the_run.planted.codes[kind]

    assert shown(the_run.planted.read[kind]) >= {kind}
    assert (created, again) in {(201, 201), (422, 200)}
    assert min(wrong) >= 400
    assert not [one.request.url for one in the_run.planted.answers if kind in shown(one.text + str(one.headers))]


def test_no_fact_tells_it_and_facts_tell_that_there_was_something(the_run: ARun) -> None:
    told = {str(value) for one in the_run.traces.records for name, value in one.body.items() if name.endswith("_id")}

    assert {the_run.planted.ids[kind] for kind in ("supervision_keys", "concern_words/raised")} <= told
    assert [one.name for one in the_run.traces.records if shown(text(one.raw))] == []


def test_no_log_line_span_metric_or_mail_holds_it(the_run: ARun) -> None:
    traces = the_run.traces
    places = {
        **{name: text(log) for name, log in traces.logs.items()},
        **{f"metrics of {name}": text(metrics) for name, metrics in traces.metrics.items()},
        "spans": "\n".join(map(text, traces.spans)),
        "mails": str(the_run.mails),
    }

    assert [way for way in ("/supervisions", "/concerns", "/goals", "/incidents") if way not in places["spans"]] == []
    assert {name: shown(there) for name, there in places.items() if shown(there)} == {}


def test_no_export_and_no_dump_holds_it(the_run: ARun) -> None:
    taken = the_run.taken

    assert {name.partition(" ")[0] for name in taken} == {"audit", "subject", "dump"}
    assert all(taken.values())
    assert [kind for kind, id_ in the_run.planted.ids.items() if id_ not in taken["dump of matching"]] == []
    assert the_run.planted.ids["supervision_keys"] in taken["audit of matching"]
    assert {name: shown(there) for name, there in taken.items() if shown(there)} == {}
