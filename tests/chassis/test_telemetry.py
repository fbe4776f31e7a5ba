"""What a process tells of itself, seen from outside: its spans, its log lines, its metrics, and no people."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from kith_chassis.telemetry import METRICS, count, metrics_table, observe, remote_context
from tests.chassis.telling import SECRET, TRACE
from tests.conftest import REPOSITORY


@dataclass
class Told:
    """All that one process told."""

    printed: dict[str, Any]
    lines: list[dict[str, Any]]
    spans: list[Any]
    everything: str

    def logged(self, message: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["message"] == message]

    def span(self, name: str) -> Any:
        (found,) = (span for span in self.spans if span.name == name and not span.status.code)
        return found


@pytest.fixture(scope="module")
def collector() -> Iterator[tuple[str, list[Any], list[bytes]]]:
    """An OpenTelemetry collector: its address, the spans and the raw requests that came."""
    spans: list[Any] = []
    raw: list[bytes] = []

    class Collects(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            raw.append(body)
            for told in ExportTraceServiceRequest.FromString(body).resource_spans:
                spans.extend(span for scope in told.scope_spans for span in scope.spans)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Collects) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}", spans, raw
        server.shutdown()
        serving.join()


def run(otlp_endpoint: str) -> tuple[dict[str, Any], list[dict[str, Any]], str]:
    process = subprocess.run(
        [sys.executable, "-m", "tests.chassis.telling", otlp_endpoint],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return (
        json.loads(process.stdout),
        [json.loads(line) for line in process.stderr.splitlines()],
        process.stdout + process.stderr,
    )


@pytest.fixture(scope="module")
def told(collector: tuple[str, list[Any], list[bytes]]) -> Told:
    """A process whose spans go to a collector."""
    url, spans, raw = collector
    printed, lines, text = run(url)
    return Told(printed, lines, spans, text + repr(raw))


@pytest.fixture(scope="module")
def quiet() -> dict[str, Any]:
    """What a process prints whose spans go nowhere."""
    return run("")[0]


def test_nothing_that_is_told_names_anybody(told: Told) -> None:
    assert [
        name for name in (SECRET, SECRET.replace(" ", "%20"), SECRET.replace(" ", "")) if name in told.everything
    ] == []


def test_a_request_has_a_span_named_by_its_route(told: Told) -> None:
    assert sorted(span.name for span in told.spans if span.kind == span.SPAN_KIND_SERVER) == [
        "GET (none)",
        "GET /broken/{name}",
        "POST /notes/{name}",
        "_OTHER /notes/{name}",
    ]


def test_a_request_continues_its_callers_trace(told: Told) -> None:
    assert told.span("POST /notes/{name}").trace_id.hex() == TRACE


def test_what_is_recorded_in_a_request_carries_its_trace(told: Told) -> None:
    span = told.span("POST /notes/{name}")

    assert told.printed["inside"] == [f"00-{TRACE}-{span.span_id.hex()}-01", "vendor=1"]


def test_what_is_recorded_outside_a_request_carries_none(told: Told) -> None:
    assert told.printed["outside"] == [None, None]


def test_a_request_has_a_trace_where_spans_go_nowhere(quiet: dict[str, Any]) -> None:
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-00", quiet["inside"][0])


def test_a_request_that_failed_is_marked(told: Told) -> None:
    (span,) = (span for span in told.spans if span.name == "GET /broken/{name}")

    assert (span.status.code, span.status.message, span.events) == (span.status.STATUS_CODE_ERROR, "", [])


def test_a_batch_is_linked_to_its_facts_traces(told: Told) -> None:
    links = told.span("process kith.referrals.v1").links

    assert [int(link.trace_id.hex(), 16) for link in links] == list(range(1, 129))


def test_a_batch_that_failed_keeps_the_kind_of_its_failure_alone(told: Told) -> None:
    (span,) = (span for span in told.spans if span.name.startswith("process") and span.status.code)

    assert {"error.type": "KeyError"}.items() <= {a.key: a.value.string_value for a in span.attributes}.items()
    assert span.events == []


@pytest.mark.parametrize("traceparent", [None, "", "nonsense", "00-" + "0" * 32 + "-b7ad6b7169203331-01"])
def test_a_trace_that_cannot_be_read_is_no_trace(traceparent: str | None) -> None:
    assert not remote_context(traceparent)


def test_a_line_says_when_where_and_in_which_trace(told: Told) -> None:
    line = next(line for line in told.logged("note written"))

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line.pop("time"))
    assert line == {
        "level": "info",
        "logger": "kith_notes.api",
        "message": "note written",
        "service": "notes",
        "trace_id": TRACE,
        "span_id": told.span("POST /notes/{name}").span_id.hex(),
        "note_id": "7",
        "amount": 3,
    }


def test_an_exception_is_logged_by_its_kind_and_place(told: Told) -> None:
    first, cause = told.logged("a note failed")[0]["exceptions"]

    assert (first["type"], first.get("message"), cause["type"]) == ("builtins.ValueError", None, "builtins.KeyError")
    assert re.search(r"telling\.py:\d+ failures$", first["at"][-1])


@pytest.mark.parametrize(("nth", "message"), [(1, "Take another note."), (2, "no route to 10.0.0.7")])
def test_a_message_that_cannot_name_people_is_logged(told: Told, nth: int, message: str) -> None:
    assert told.logged("a note failed")[nth]["exceptions"][0]["message"] == message


def test_other_peoples_lines_lose_what_may_name_people(told: Told) -> None:
    messages = [line["message"] for line in told.lines if not line["logger"].startswith("kith_")]

    assert messages[:2] == ["Task exception was never retrieved", "Cannot reach node 1: ValueError"]


def test_warnings_are_lines_too(told: Told) -> None:
    assert "mind the gap" in next(line["message"] for line in told.lines if line["logger"] == "py.warnings")


def test_the_docs_call_every_metric_as_prometheus_shows_it(told: Told) -> None:
    shown = set(re.findall(r"^# TYPE (\w+) ", told.printed["metrics"], re.MULTILINE))

    assert set(re.findall(r"^\| `(\w+)`", metrics_table(), re.MULTILINE)) == shown


def test_every_metric_says_what_it_means(told: Told) -> None:
    for metric in METRICS.values():
        assert metric.meaning in told.printed["metrics"]


def test_a_request_is_measured_by_its_route(told: Told) -> None:
    assert (
        'kith_http_duration_seconds_count{method="POST",route="/notes/{name}",status="200"} 1.0'
        in (told.printed["metrics"])
    )


def test_a_metric_that_is_not_declared_does_not_exist() -> None:
    with pytest.raises(KeyError):
        count("kith.invented")


def test_only_what_is_declared_so_is_observed() -> None:
    with pytest.raises(KeyError):
        observe("kith.outbox.depth", list)


CALL = re.compile(r"""telemetry\.(?:count|gauge|measure|observe)\(\s*"([^"]+)"|metrics\.measure\(\s*"([^"]+)\"""")


def test_every_declared_metric_is_told_somewhere_and_no_other() -> None:
    sources = [*REPOSITORY.glob("shared/*/src/**/*.py"), *REPOSITORY.glob("services/*/src/**/*.py")]
    used = {name for source in sources for pair in CALL.findall(source.read_text()) for name in pair if name}

    assert used == set(METRICS)
