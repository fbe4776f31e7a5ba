"""One trace across services: from a request, through the outbox and the log, into the batch that takes the fact."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, DEFAULT_ON
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from kith_chassis.telemetry import names

TRACESTATE_LIMIT: Final = 512
"""Characters of ``tracestate`` that are carried on (W3C Trace Context, 3.3.1.5 asks for at least these)."""

LINKS: Final = 128
"""Links that a span may have (OpenTelemetry's own default limit)."""

_tracer: Final = trace.get_tracer("kith")
_propagator: Final = TraceContextTextMapPropagator()


def current_trace() -> tuple[str | None, str | None]:
    """``traceparent`` and ``tracestate`` of this moment (W3C Trace Context), or nothing outside every span."""
    context = trace.get_current_span().get_span_context()
    if not context.is_valid:
        return None, None
    parent = f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
    state = context.trace_state.to_header() if context.trace_state else ""
    return parent, state if 0 < len(state) <= TRACESTATE_LIMIT else None


def remote_context(traceparent: str | None, tracestate: str | None = None) -> Context:
    """The context that somebody else recorded; an empty one when there is none or it cannot be read."""
    carrier = {"traceparent": traceparent or "", "tracestate": tracestate or ""}
    return _propagator.extract(carrier, context=Context())


@contextmanager
def span(
    name: str,
    kind: SpanKind = SpanKind.INTERNAL,
    *,
    context: Context | None = None,
    links: Iterable[Link] = (),
    attributes: Mapping[str, str | int] | None = None,
) -> Iterator[Span]:
    """A span around some work. Of an exception it keeps the type, never the message: that may name people."""
    with _tracer.start_as_current_span(
        name,
        context,
        kind,
        attributes,
        list(links),
        record_exception=False,
        set_status_on_exception=False,
    ) as current:
        try:
            yield current
        except Exception as error:
            current.set_attribute(names.ERROR_TYPE, type(error).__qualname__)
            current.set_status(Status(StatusCode.ERROR))
            raise


@contextmanager
def handling(topics: Sequence[str], traceparents: Iterable[str | None]) -> Iterator[Span]:
    """The span of one batch from the log, linked to the traces in which its facts were recorded.

    At most ``LINKS`` of them, and none when spans go nowhere: a batch may be thousands, and time is what it has least.
    """
    links = []
    if _go_somewhere():
        told = dict.fromkeys(filter(None, traceparents))
        contexts = (trace.get_current_span(remote_context(parent)).get_span_context() for parent in told)
        links = list(islice((Link(context) for context in contexts if context.is_valid), LINKS))
    attributes = {
        names.SYSTEM: "kafka",
        names.OPERATION_TYPE: "process",
        names.OPERATION_NAME: "process",
        names.DESTINATION: ",".join(topics),
    }
    with span(f"process {','.join(topics)}", SpanKind.CONSUMER, links=links, attributes=attributes) as current:
        yield current


def _go_somewhere() -> bool:
    provider = trace.get_tracer_provider()
    return isinstance(provider, TracerProvider) and provider.sampler is not ALWAYS_OFF


def provide(resource: Resource, otlp_endpoint: str | None) -> TracerProvider:
    """A provider that sends spans to ``otlp_endpoint``, or that only hands out ids when there is none."""
    if otlp_endpoint is None:
        return TracerProvider(ALWAYS_OFF, resource)
    exporter = OTLPSpanExporter(endpoint=f"{otlp_endpoint.rstrip('/')}/v1/traces")
    return provide_through(resource, BatchSpanProcessor(exporter))


def provide_through(resource: Resource, processor: SpanProcessor) -> TracerProvider:
    """A provider that hands every span to ``processor``."""
    provider = TracerProvider(DEFAULT_ON, resource)
    provider.add_span_processor(processor)
    return provider
