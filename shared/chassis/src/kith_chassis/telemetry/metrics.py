"""Every number that a service tells, declared once: what it means, and what to do when it moves.

There is no other way to an instrument than by a name in ``METRICS``; a name that is not there raises ``KeyError``.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from opentelemetry import metrics
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.sdk.metrics import AlwaysOffExemplarFilter, MeterProvider
from opentelemetry.sdk.resources import Resource
from prometheus_client import CollectorRegistry, generate_latest

BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds at which the histograms cut."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One number: how it is counted, its unit (UCUM), its labels, and a sentence that says what to do."""

    kind: Literal["counter", "gauge", "observed", "seconds"]
    unit: str
    meaning: str
    labels: tuple[str, ...] = ()


METRICS: Final[Mapping[str, Metric]] = {
    "kith.http.duration": Metric(
        "seconds",
        "s",
        "Time to answer a request. Many 5xx, or the slowest tenth above a second: look at the database first.",
        ("method", "route", "status"),
    ),
    "kith.outbox.depth": Metric(
        "gauge", "{fact}", "Facts recorded and not yet sent. Growing: the relay or Kafka is down or too slow."
    ),
    "kith.outbox.oldest": Metric(
        "gauge", "s", "Age of the oldest fact not yet sent. Above a minute: others are working on old news."
    ),
    "kith.relay.sent": Metric("counter", "{fact}", "Facts sent to Kafka. Flat while the outbox is deep: look."),
    "kith.relay.faults": Metric(
        "counter", "{fault}", "Times the relay lost the database or the broker and began anew. Rising steadily: look."
    ),
    "kith.inbox.facts": Metric("counter", "{fact}", "Facts taken and committed. Flat while lag grows: look."),
    "kith.inbox.duplicates": Metric(
        "counter", "{fact}", "Facts seen before and skipped, as they should be. Rises after restarts and rebalances."
    ),
    "kith.inbox.batch.duration": Metric(
        "seconds", "s", "Time for one batch from the log, commit included. Near the session time-out: make it cheaper."
    ),
    "kith.inbox.retries": Metric(
        "counter", "{retry}", "Batches tried again after a known fault. Rising: the database is ill, facts wait."
    ),
    "kith.inbox.lag": Metric(
        "gauge", "{fact}", "Facts in the log that this process has not taken yet. Growing: it is down or too slow.",
        ("topic",),
    ),
    "kith.inbox.stopped": Metric(
        "gauge", "1", "1 when the line stopped as most was set aside. Mend, then `kith dead-letters resume`."
    ),
    "kith.dead_letters": Metric(
        "counter", "{fact}", "Facts refused, unreadable or unexpected, set aside. Above zero: look at them.", ("code",)
    ),
    "kith.dead_letters.held": Metric(
        "counter", "{fact}", "Facts that wait behind one of the same story that was set aside. Redrive or discard it."
    ),
    "kith.audit.unsealed": Metric(
        "gauge", "{entry}", "Entries of the audit not sealed yet. Growing: no process of the service runs its timers."
    ),
    "kith.messages": Metric(
        "counter", "{message}",
        "Messages by what came of them: delivered, no-channel, refused, retried. Few delivered: look at SMTP.",
        ("outcome",),
    ),
    "kith.loop.age": Metric(
        "observed", "s", "Seconds since each loop of this process last turned. Above 60: it is dead and is restarted.",
        ("loop",),
    ),
}  # fmt: skip

REGISTRY: Final = CollectorRegistry()
"""What ``/metrics`` shows of this process."""

Reading = Callable[[], Iterable[tuple[float, Mapping[str, str]]]]
"""Answers, when asked, values with their labels."""

_readings: Final[dict[str, Reading]] = {}


def _observer(name: str) -> Callable[[CallbackOptions], Iterable[Observation]]:
    def read(_: CallbackOptions) -> Iterable[Observation]:
        reading = _readings.get(name)
        return [Observation(value, dict(labels)) for value, labels in reading()] if reading else []

    return read


_meter: Final = metrics.get_meter("kith")
_counters: Final = {
    name: _meter.create_counter(name, metric.unit, metric.meaning)
    for name, metric in METRICS.items()
    if metric.kind == "counter"
}
_gauges: Final = {
    name: _meter.create_gauge(name, metric.unit, metric.meaning)
    for name, metric in METRICS.items()
    if metric.kind == "gauge"
}
_histograms: Final = {
    name: _meter.create_histogram(name, metric.unit, metric.meaning, explicit_bucket_boundaries_advisory=BUCKETS)
    for name, metric in METRICS.items()
    if metric.kind == "seconds"
}
_observed: Final = {
    name: _meter.create_observable_gauge(name, [_observer(name)], metric.unit, metric.meaning)
    for name, metric in METRICS.items()
    if metric.kind == "observed"
}


def count(name: str, amount: int = 1, **labels: str) -> None:
    """Add to a counter."""
    _counters[name].add(amount, labels)


def gauge(name: str, value: float, **labels: str) -> None:
    """Say what a level is now."""
    _gauges[name].set(value, labels)


def measure(name: str, taken: float, **labels: str) -> None:
    """Note how long something took."""
    _histograms[name].record(taken, labels)


def observe(name: str, reading: Reading) -> None:
    """Let ``reading`` be asked whenever the metric is shown, so that it is right even when every loop is dead."""
    if name not in _observed:
        raise KeyError(name)
    _readings[name] = reading


def exposition() -> bytes:
    """All metrics of this process in the Prometheus text format 0.0.4."""
    return generate_latest(REGISTRY)


def provide(resource: Resource) -> MeterProvider:
    """A provider whose numbers appear in ``REGISTRY``."""
    reader = PrometheusMetricReader(disable_target_info=True, scope_info_enabled=False, registry=REGISTRY)
    return MeterProvider([reader], resource, AlwaysOffExemplarFilter())


def metrics_table() -> str:
    """Every metric as a Markdown table, under the name that Prometheus shows."""
    rows = [
        f"| `{_prometheus(name, metric)}` | {', '.join(metric.labels) or '-'} | {metric.meaning} |"
        for name, metric in METRICS.items()
    ]
    return "\n".join(["| metric | labels | meaning, and what to do |", "|---|---|---|", *rows])


def _prometheus(name: str, metric: Metric) -> str:
    ending = "_total" if metric.kind == "counter" else "_seconds" if metric.unit == "s" else ""
    return name.replace(".", "_") + ending
