"""What a process tells of itself: traces, metrics and log lines, with ids and never people."""

from opentelemetry import metrics as otel_metrics
from opentelemetry import trace as otel_trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider

from kith_chassis.settings import ServiceSettings
from kith_chassis.telemetry import logs, metrics, names, tracing
from kith_chassis.telemetry.metrics import METRICS, count, exposition, gauge, measure, metrics_table, observe
from kith_chassis.telemetry.server import Observed
from kith_chassis.telemetry.tracing import current_trace, handling, remote_context, span

__all__ = [
    "METRICS",
    "Observed",
    "count",
    "current_trace",
    "exposition",
    "gauge",
    "handling",
    "measure",
    "metrics_table",
    "names",
    "observe",
    "remote_context",
    "set_up",
    "shut_down",
    "span",
]


def set_up(service: str, settings: ServiceSettings) -> None:
    """Begin to tell, once a process, before all else: log lines, metrics, and traces where they may go out."""
    logs.install(service, settings.log_level)
    resource = Resource.create({"service.name": f"kith-{service}", "service.instance.id": str(settings.replica)})
    otel_metrics.set_meter_provider(metrics.provide(resource))
    otel_trace.set_tracer_provider(tracing.provide(resource, settings.otlp_endpoint))


def shut_down() -> None:
    """Send what is still to be sent. Takes a few seconds at most."""
    provider = otel_trace.get_tracer_provider()
    if isinstance(provider, TracerProvider):
        provider.shutdown()
