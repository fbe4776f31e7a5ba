"""Log lines as JSON, one each, that hold ids and never people.

Of an exception a line keeps the type and where it was raised. Its message is kept only where this project wrote it or
it cannot hold a row's values: PostgreSQL's DETAIL, for one, quotes whole rows.
"""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, Final, TextIO

from aiokafka.errors import KafkaError
from opentelemetry import trace

_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
_DEEPEST: Final = 20
"""Frames kept of a traceback, the innermost."""
_CAUSES: Final = 5
"""Exceptions kept of a chain of causes."""


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON: UTC time, level, logger, message, service, trace, then ids."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """The line. What comes from other people's code loses everything after its first line, and its exceptions."""
        context = trace.get_current_span().get_span_context()
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
            "service": self._service,
        }
        if context.is_valid:
            line["trace_id"] = f"{context.trace_id:032x}"
            line["span_id"] = f"{context.span_id:016x}"
        for name, value in vars(record).items():
            if name not in _STANDARD:
                line[name] = value if isinstance(value, int | float | bool | None) else str(value)
        if record.exc_info and record.exc_info[1]:
            line["exceptions"] = described(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def safe_message(error: BaseException) -> str | None:
    """What the exception says, if it is ours or of files, hosts and brokers; else nothing: it may name people."""
    ours = type(error).__module__.startswith("kith_")
    return str(error) if ours or isinstance(error, OSError | KafkaError) else None


def described(error: BaseException) -> list[dict[str, Any]]:
    """The exception and its causes: type, safe message, code, and the places it passed, innermost last."""
    chain: list[dict[str, Any]] = []
    current: BaseException | None = error
    while current is not None and len(chain) < _CAUSES:
        frames = traceback.extract_tb(current.__traceback__)[-_DEEPEST:]
        said: dict[str, Any] = {"type": f"{type(current).__module__}.{type(current).__qualname__}"}
        if message := safe_message(current):
            said["message"] = message
        said["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        chain.append(said)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return chain


def _message(record: logging.LogRecord) -> str:
    if record.name.startswith("kith_"):
        return record.getMessage()
    args = record.args
    if isinstance(args, tuple):
        args = tuple(_discreet(arg) for arg in args)
    elif isinstance(args, dict):
        args = {name: _discreet(arg) for name, arg in args.items()}
    text = str(record.msg) % args if args else str(record.msg)
    return text.partition("\n")[0]


def _discreet(value: object) -> object:
    return (safe_message(value) or type(value).__qualname__) if isinstance(value, BaseException) else value


def install(service: str, level: str, stream: TextIO | None = None) -> None:
    """Send every log line of this process through ``JsonLines`` to ``stream`` (standard error)."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines(service))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    logging.getLogger("uvicorn.access").disabled = True  # the spans and metrics say it, without query strings
    for chatty in ("httpx", "httpcore", "aiokafka", "faststream"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
