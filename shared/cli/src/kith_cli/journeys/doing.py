"""What is done in many journeys alike: offering a programme, referring somebody, taking supporters on, counting."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from kith_chassis import clock
from kith_cli.cannot import CannotRun
from kith_cli.installation import deploy_file
from kith_cli.journeys.cast import Member
from kith_cli.journeys.stage import Stage
from kith_cli.programmes.reading import read
from kith_contracts.programmes import Definition
from kith_contracts.programmes.supporters import Learner

LONG_AGO: Final = timedelta(days=120)
"""When supporters of a journey finished what their programme asks for."""
ABOUT: Final = {"topics": "topic", "areas": "district", "sites": "site"}
"""What each line of a part of a programme's reach is about."""
DRAMA_NUMBER: Final = "01632 960123"


@dataclass(frozen=True, slots=True)
class Offer:
    """A programme on a stage: its file, put in force by one organisation."""

    id: str
    by: Member
    definition: Definition

    @property
    def organisation(self) -> str:
        """Whose it is, by the slug of its part."""
        return self.by.part.slug


@dataclass(frozen=True, slots=True)
class Referred:
    """Somebody who was referred: what their referral is called, and to what."""

    id: str
    person_id: str
    to: Offer


def today() -> date:
    """Today in Europe/London."""
    return clock.today(clock.now())


def day(text: str) -> date:
    """A day as the services write it."""
    return date.fromisoformat(text)


def arrange(stage: Stage) -> None:
    """Have the organisations on the network."""
    for member in stage.cast.members.values():
        body = {
            "name": member.part.name,
            "kind": member.part.kind,
            "nation": member.part.nation,
            "contact_email": member.address,
        }
        stage.operator.say("referrals", f"/organisations/{member.id}", body)


def definition_of(slug: str) -> Definition:
    """What the file says that comes with Kith."""
    reading = read(deploy_file(f"programmes/{slug}.yaml"))
    if reading.definition is None:
        raise CannotRun(f"deploy/programmes/{slug}.yaml cannot be used; `kith programmes check` says why.")
    return reading.definition


def offer(stage: Stage, by: str, slug: str, *, approvals: int = 0, **beside: Any) -> Offer:
    """Put the programme's own file in force, as an offer of an organisation."""
    member, definition = stage.organisation(by), definition_of(slug)
    programme_id = str(clock.new_id())
    body = {
        "slug": f"{slug}-{programme_id[-8:]}",
        "organisation_id": str(member.id),
        "definition": definition.model_dump(mode="json"),
        "approvals": approvals,
        "email": member.address,
        **beside,
    }
    stage.operator.say("referrals", f"/programmes/{programme_id}", body)
    return Offer(programme_id, member, definition)


def agree_to_share(stage: Stage, sharer: str, *receivers: str) -> None:
    """Put a sharing agreement on record, which both organisations signed: without one no referral goes across."""
    for receiver in receivers:
        body = {
            "sharer_id": str(stage.organisation(sharer).id),
            "receiver_id": str(stage.organisation(receiver).id),
            "purposes": ["referral"],
            "level": "full",
            "starts_on": (today() - LONG_AGO).isoformat(),
        }
        stage.operator.say("referrals", f"/agreements/{clock.new_id()}", body)


def person(name: str, **more: Any) -> dict[str, Any]:
    """Somebody invented, who agrees to be written to."""
    given, _, family = name.partition(" ")
    address = f"{given}.{family}@example.org".lower()
    usual = {"given_name": given, "family_name": family, "email": address, "contact_by": ["email"]}
    return usual | more


def asking(who: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """What a referral says besides the programme: that the person agreed today, and what else is given."""
    consent = {"given": True, "recorded_on": today().isoformat(), "how": "spoken"}
    return {
        "person": dict(who),
        "source": "professional",
        "received_on": today().isoformat(),
        "consent": consent | more.pop("consent", {}),
        **more,
    }


def refer(stage: Stage, by: str, to: Offer, who: Mapping[str, Any], **more: Any) -> Referred:
    """Refer somebody who agreed to it."""
    body = asking(who, **more) | {"programme_id": to.id}
    made = stage.worker(by, "referrer").make("referrals", "/referrals", body)
    return Referred(made["id"], made["person_id"], to)


def accept(stage: Stage, *referrals: Referred) -> None:
    """Take the people on."""
    for one in referrals:
        coordinator = stage.worker(one.to.organisation)
        coordinator.move("referrals", f"/referrals/{one.id}", "decision", {"decision": "accept"})


def close(stage: Stage, referred: Referred, reason: str = "support-ended") -> None:
    """Say that all of it is over."""
    coordinator = stage.worker(referred.to.organisation)
    coordinator.move("referrals", f"/referrals/{referred.id}", "closure", {"reason": reason})


def status_of(stage: Stage, referred: Referred, by: str) -> str:
    """Where a referral stands, as an organisation is shown it."""
    status: str = stage.worker(by, "referrer").read("referrals", f"/referrals/{referred.id}")["status"]
    return status


def take_on(stage: Stage, to: Offer, name: str, *, own: str | None = None, ready: bool = True, **more: Any) -> str:
    """Record a supporter of a programme, with the trainings and checks that it asks for unless not ``ready``; their id.

    ``own`` is the name, in the cast, of one who has access of their own.
    """
    supporter_id = str(clock.new_pseudonym())
    coordinator = stage.worker(to.organisation)
    body = {
        "name": name,
        "email": f"{name.replace(' ', '.')}@example.org".lower(),
        "programme_ids": [to.id],
        "capacity": 3,
        "channels": ["in-person", "telephone"],
        **({"subject": to.by.subjects[own]} if own else {}),
        **more,
    }
    stage.heard(lambda: coordinator.say("matching", f"/supporters/{supporter_id}", body))
    if ready:
        qualify(stage, to, supporter_id)
    return supporter_id


def qualify(stage: Stage, to: Offer, supporter_id: str) -> None:
    """Record what the programme's file asks of its supporters: each required training, and the check of its nation."""
    for training in to.definition.supporters.training:
        if training.required and Learner.SUPPORTER in training.takers:
            train(stage, to, supporter_id, training.code)
    check(stage, to, supporter_id)


def check(stage: Stage, to: Offer, supporter_id: str) -> None:
    """Record the check that the programme's file asks for: of its organisation's nation, else the first it names."""
    checks = {nation.value: one for nation, one in to.definition.supporters.checks.items()}
    asked = checks.get(to.by.part.nation) or next(iter(checks.values()), None)
    if asked is not None:
        body = {
            "body": asked.body,
            "level": asked.level,
            "workforce": "adults",
            "eligibility": "eligible",
            "eligibility_reason": "regulated-activity",
            "decision": "suitable",
            "issued_on": (today() - LONG_AGO).isoformat(),
        }
        stage.worker(to.organisation).make("matching", f"/supporters/{supporter_id}/checks", body)


def train(stage: Stage, to: Offer, supporter_id: str, code: str, **more: Any) -> None:
    """Record a training that a supporter finished."""
    body = {"code": code, "finished_on": (today() - LONG_AGO).isoformat(), **more}
    stage.worker(to.organisation).make("matching", f"/supporters/{supporter_id}/trainings", body)


def counted(stage: Stage, by: str, to: Offer, *names: str) -> dict[str, int]:
    """What reporting says to an organisation of a programme: of its own, or of what it referred there."""
    lines = stage.worker(by).read("reporting", "/totals")["totals"]
    of_it = {one["side"]: one for one in lines if one["programme_id"] == to.id}
    line = of_it.get("owner") or of_it.get("referrer") or {}
    return {name: line.get(name, 0) for name in names}


def reached(stage: Stage, by: str, to: Offer, part: str, *names: str) -> dict[str, tuple[int | None, ...]]:
    """What may be shown outside of a programme's reach: of each of its topics, areas or sites these figures."""
    lines = stage.heard(lambda: stage.worker(by).read("reporting", "/reach", programme_id=to.id))[part]
    return {one[ABOUT[part]]: tuple(one[name] for name in names) for one in lines}


def told_of(stage: Stage, referred: Referred, what: str) -> list[str]:
    """To whom a message about a referral was delivered: ``person``, ``programme``, ``referrer``, ``supporter``."""
    messages = stage.operator.everything("notifications", "/messages", story=referred.id)
    delivered = [one for one in messages if one["state"] == "delivered"]
    return sorted(one["recipient"].partition("/")[0] for one in delivered if one["reason"].startswith(f"{what}/"))
