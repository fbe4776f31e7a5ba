"""Nothing that leaves a service says who anybody is: no fact, no log line, no span and no metric."""

import json
import re
from urllib.parse import quote

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.journeys.a_run import SAMPLE, ARun
from tests.journeys.people import Search, read_people
from tests.servers.issuer import SERVICES

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def people(the_run: ARun) -> set[str]:
    return read_people(SAMPLE.parent, the_run.network)


@pytest.fixture(scope="module")
def search(people: set[str]) -> Search:
    return Search(people)


def test_no_fact_says_who_anybody_is(the_run: ARun, search: Search) -> None:
    assert len(the_run.traces.records) > 1000
    assert search.find(b"\n".join(one.raw for one in the_run.traces.records)) == set()


def test_no_log_line_does(the_run: ARun, search: Search) -> None:
    assert {f"{name}.log" for name in SERVICES} < set(the_run.traces.logs)
    assert {name: found for name, log in the_run.traces.logs.items() if (found := search.find(log))} == {}


def test_no_span_does(the_run: ARun, search: Search) -> None:
    spans = [
        span.name
        for sent in the_run.traces.spans
        for resource in ExportTraceServiceRequest.FromString(sent).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]

    assert any("/imports/rows" in name for name in spans), sorted(set(spans))
    assert any("process" in name for name in spans)
    assert search.find(b"\n".join(the_run.traces.spans)) == set()


def test_no_metric_does(the_run: ARun, search: Search) -> None:
    assert all(b"kith_" in scraped for scraped in the_run.traces.metrics.values())
    assert {name: found for name, metric in the_run.traces.metrics.items() if (found := search.find(metric))} == {}


def test_nothing_that_the_demonstration_says_while_it_works_does(the_run: ARun, search: Search) -> None:
    assert search.find(the_run.said.encode()) == set()


def test_the_search_knows_everybody_by_every_name(people: set[str]) -> None:
    """So that an empty list of people cannot make the tests above pass."""
    emails = {one for one in people if one.endswith("@example.org")}

    assert len(people) > 800
    assert len(emails) > 80
    assert {"Testwell", "Invented Childname", "eh165xx", "EH16 5XX", "HT/26/1"} <= people
    assert any(re.fullmatch(r"999\d{7}", one) for one in people)
    assert any(re.fullmatch(r"19\d\d-\d\d-\d\d", one) for one in people)


@pytest.mark.parametrize("write", [str, json.dumps, quote, str.upper, lambda text: f'{{"name": "{text}"}}'])
def test_the_search_finds_a_name_however_it_is_written(search: Search, write: type[str]) -> None:
    assert search.find(write("a word and Renée Müsterling's").encode())


def test_the_search_does_not_take_a_number_for_a_name(search: Search) -> None:
    assert search.find(b'{"referral_id": "01a088b5-a474-7863-9339-be393418660f", "age_band": "35-44"}') == set()
