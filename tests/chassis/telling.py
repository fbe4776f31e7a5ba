"""A process that does a little of everything that is told of. Its log lines go to standard error, the rest is printed.

It runs by itself because a process can set its telemetry up only once. See ``test_telemetry.py``.
"""

import asyncio
import contextlib
import json
import logging
import sys
import warnings
from collections.abc import Callable
from typing import ClassVar

import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from kith_chassis import telemetry
from kith_chassis.refusals import Refusal
from kith_chassis.settings import ServiceSettings

SECRET = "Dummy Testwell"
TRACE = "0af7651916cd43dd8448eb211c80319c"
NOTES: dict[str, str] = {}
RECORDED = [f"00-{number:032x}-b7ad6b7169203331-01" for number in range(1, 201)]

log = logging.getLogger("kith_notes.api")


class NoteRefused(Refusal):
    """Ours, so its words may be told."""

    code: ClassVar[str] = "note-refused"


NoteRefused.__module__ = "kith_notes.domain"


def an_app() -> FastAPI:
    app = FastAPI(openapi_url=None, telemetry={"tracing": False, "metrics": False, "logs": False})
    app.add_middleware(telemetry.Observed)

    @app.post("/notes/{name}")
    async def write_note(name: str) -> list[str | None]:
        log.info("note written", extra={"note_id": "7", "amount": 3})
        return list(telemetry.current_trace())

    @app.get("/broken/{name}")
    async def break_it(name: str) -> None:
        raise RuntimeError(name)

    return app


async def requests() -> list[str | None]:
    transport = httpx.ASGITransport(an_app(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://notes") as client:
        headers = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01", "tracestate": "vendor=1"}
        answer = await client.post(f"/notes/{SECRET}?q={SECRET}", headers=headers)
        await client.get(f"/broken/{SECRET}")
        await client.get(f"/nowhere/{SECRET}")
        await client.request(SECRET.replace(" ", ""), "/notes/x")
    told: list[str | None] = answer.json()
    return told


def failures() -> None:
    for error in (ValueError(SECRET), NoteRefused("Take another note."), OSError("no route to 10.0.0.7")):
        try:
            try:
                NOTES[SECRET]
            except KeyError as first:
                raise error from first
        except Exception as raised:
            log.error("a note failed", exc_info=raised)  # noqa: TRY400 - as the chassis logs what it was handed
    logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: <Task exception=%r>", SECRET)
    logging.getLogger("aiokafka").error("Cannot reach %s: %s", "node 1", ValueError(SECRET))
    logging.getLogger("httpx").info("HTTP Request: GET http://notes/?q=%s", SECRET)
    logging.getLogger("uvicorn.access").error("GET /notes?q=%s", SECRET)
    warnings.warn("mind the gap", UserWarning, stacklevel=1)


def batch() -> None:
    with telemetry.handling(["kith.referrals.v1"], [None, "nonsense", *RECORDED, *RECORDED]):
        pass
    with contextlib.suppress(KeyError), telemetry.handling(["kith.referrals.v1"], []):
        NOTES[SECRET]


def every_metric() -> None:
    tell: dict[str, Callable[..., None]] = {
        "counter": telemetry.count,
        "gauge": telemetry.gauge,
        "seconds": telemetry.measure,
    }
    for name, metric in telemetry.METRICS.items():
        labels = dict.fromkeys(metric.labels, "x")
        if metric.kind == "observed":
            telemetry.observe(name, lambda labels=labels: [(7.0, labels)])  # type: ignore[misc]
        else:
            tell[metric.kind](name, 1, **labels)


def main(otlp_endpoint: str) -> None:
    settings = ServiceSettings(
        database_url=SecretStr("postgresql://notes:none@127.0.0.1:1/notes"),
        kafka_bootstrap="127.0.0.1:1",
        issuer="https://issuer.example.org",
        otlp_endpoint=otlp_endpoint or None,
        replica=3,
    )
    outside = telemetry.current_trace()
    telemetry.set_up("notes", settings)
    inside = asyncio.run(requests())
    failures()
    batch()
    every_metric()
    print(json.dumps({"outside": outside, "inside": inside, "metrics": telemetry.exposition().decode()}))
    telemetry.shut_down()


if __name__ == "__main__":
    main(sys.argv[1])
