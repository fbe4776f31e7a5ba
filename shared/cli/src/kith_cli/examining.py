"""Looking at a running network from outside: one finding for each thing that can be wrong."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

from kith_cli.addresses import Addresses
from kith_cli.cannot import CannotRun
from kith_cli.embedded.broker import answers
from kith_cli.installation import SERVICES
from kith_cli.speaking import Speaker, fetch_token

PATIENCE: Final = 5.0  # seconds for one answer
MOVES_WITHIN: Final = 10.0  # seconds in which lag or an outbox that is not empty must have moved
LOOK: Final = 0.5


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and what it says, in a sentence or less."""

    part: str
    well: bool
    says: str


def examine(addresses: Addresses) -> list[Finding]:
    """Look at everything. What is wrong is a finding; `CannotRun` only when there is nothing to look at."""
    if not addresses.services:
        raise CannotRun("No network is known: start `kith up`, or set KITH_ISSUER and the KITH_<SERVICE>_URL.")
    with httpx.Client(timeout=PATIENCE) as http:
        findings = [*_platform(addresses, http)]
        for name in SERVICES:
            findings += _probes(addresses, http, name)
        try:
            operator = addresses.act_as("operator")
            fetch_token(http, addresses.known_issuer, operator)
        except CannotRun as cannot:
            return [*findings, Finding("issuer", well=False, says=str(cannot))]
    findings.append(Finding("issuer", well=True, says="gives tokens"))
    with Speaker(addresses, operator) as speaker:
        for name in SERVICES:
            findings += _operations(speaker, name)
    return findings


def _platform(addresses: Addresses, http: httpx.Client) -> Iterator[Finding]:
    """Look at what only a `kith up` on this machine has: its broker and its mail catcher."""
    if kafka := addresses.platform.get("kafka"):
        well = answers(int(str(kafka).rpartition(":")[2]))
        yield Finding("broker", well, "answers" if well else f"does not answer at {kafka}")
    if mail := addresses.platform.get("mail"):
        try:
            totals = http.get(f"{mail}/messages").raise_for_status().json()
            yield Finding("mail", well=True, says=f"{totals['total']} came, {totals['repeated']} of them repeated")
        except (httpx.HTTPError, ValueError, KeyError) as error:
            yield Finding("mail", well=False, says=f"does not answer at {mail} ({type(error).__name__})")


def _probes(addresses: Addresses, http: httpx.Client, name: str) -> Iterator[Finding]:
    """Ask what an orchestrator asks, without a token: does it live, has it its database, is it ready."""
    try:
        url = addresses.service(name)
        live = http.get(f"{url}/health/live").json()["wrong"]
        ready = http.get(f"{url}/health/ready").json()["wrong"]
    except CannotRun as cannot:
        yield Finding(f"{name} process", well=False, says=str(cannot))
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        yield Finding(f"{name} process", well=False, says=f"does not answer at {url} ({type(error).__name__})")
    else:
        yield Finding(f"{name} process", not live, _listed(live) or "lives")
        database = ready.pop("database", None)
        yield Finding(f"{name} database", database is None, database or "answers, and has the right schema")
        yield Finding(f"{name} readiness", not ready, _listed(ready) or "ready")


def _listed(wrong: Mapping[str, str]) -> str:
    return "; ".join(f"{part}: {said}" for part, said in wrong.items())


def _operations(operator: Speaker, name: str) -> Iterator[Finding]:
    """Ask what an operator asks: what is set aside, and whether what is left to do gets less."""
    try:
        health = operator.get(name, "/operations/health")
        lag = operator.get(name, "/operations/lag")
        deadline = time.monotonic() + MOVES_WITHIN
        later_health, later_lag = health, lag
        while _outbox_stuck(health, later_health) or _inbox_stuck(lag, later_lag):
            if time.monotonic() > deadline:
                break
            time.sleep(LOOK)
            later_health, later_lag = operator.get(name, "/operations/health"), operator.get(name, "/operations/lag")
    except CannotRun as cannot:
        yield Finding(f"{name} operations", well=False, says=str(cannot))
        return
    letters = later_health["dead_letters"]
    says = f"{letters['set_aside']} set aside, {letters['waiting']} waiting: `kith dead-letters list {name}`"
    none = not letters["set_aside"]
    yield Finding(f"{name} dead letters", none, "none" if none else says)
    if later_health["line_stopped"]:
        says = f"has stopped: too much was set aside; mend the cause, then `kith dead-letters resume {name}`"
        yield Finding(f"{name} line", well=False, says=says)
    stuck = ", and not moving" if _outbox_stuck(health, later_health) else ""
    yield Finding(f"{name} outbox", not stuck, f"{later_health['outbox']} to send{stuck}")
    stuck = ", and not moving" if _inbox_stuck(lag, later_lag) else ""
    yield Finding(f"{name} lag", not stuck, f"{later_lag['total']} to hear{stuck}")


def _outbox_stuck(health: Any, later: Any) -> bool:
    return bool(health["outbox"]) and later["outbox"] >= health["outbox"]


def _inbox_stuck(lag: Any, later: Any) -> bool:
    return bool(lag["total"]) and _heard(later) == _heard(lag)


def _heard(lag: Any) -> int:
    return sum(row["committed"] for row in lag["topics"])
