"""The registry knows every fact there is, each under one type, on the topic of the service that tells it."""

import importlib
import pkgutil
from datetime import date
from uuid import UUID

import pytest

import kith_contracts
from kith_contracts.committed import sample
from kith_contracts.fact import Fact, Story, wire_name, wire_type
from kith_contracts.matching import SessionLogged
from kith_contracts.registry import BY_TYPE, CONTRACTS, FACTS, TOPICS
from tests.contracts.values import ROOT

STORIES = {
    "kith.organisation-published.v1": ("organisation", "organisation_id"),
    "kith.programme-published.v1": ("programme", "programme_id"),
    "kith.sharing-agreement-published.v1": ("agreement", "agreement_id"),
    "kith.referral-created.v1": ("referral", "referral_id"),
    "kith.referral-decided.v1": ("referral", "referral_id"),
    "kith.consent-changed.v1": ("referral", "referral_id"),
    "kith.consent-ending.v1": ("referral", "referral_id"),
    "kith.referral-closed.v1": ("referral", "referral_id"),
    "kith.referral-reopened.v1": ("referral", "referral_id"),
    "kith.promise-missed.v1": ("referral", "referral_id"),
    "kith.person-erased.v1": ("person", "person_id"),
    "kith.result-claimed.v1": ("claim", "claim_id"),
    "kith.claim-reversed.v1": ("claim", "claim_id"),
    "kith.help-asked-for.v1": ("help-request", "request_id"),
    "kith.supporter-changed.v1": ("supporter", "supporter_id"),
    "kith.supervision-logged.v1": ("supporter", "supporter_id"),
    "kith.match-proposed.v1": ("referral", "referral_id"),
    "kith.proposal-answered.v1": ("referral", "referral_id"),
    "kith.match-made.v1": ("referral", "referral_id"),
    "kith.session-logged.v1": ("group", "group_id"),
    "kith.contact-logged.v1": ("contact", "contact_id"),
    "kith.measure-recorded.v1": ("referral", "referral_id"),
    "kith.match-ended.v1": ("referral", "referral_id"),
    "kith.programme-quality-counted.v1": ("programme", "programme_id"),
    "kith.no-feasible-supporter.v1": ("referral", "referral_id"),
    "kith.concern-raised.v1": ("concern", "concern_id"),
    "kith.concern-answered.v1": ("concern", "concern_id"),
    "kith.sharing-fell-due.v1": ("concern", "concern_id"),
    "kith.work-fell-due.v1": ("referral", "referral_id"),
    "kith.concern-escalated.v1": ("concern", "concern_id"),
    "kith.message-delivered.v1": ("referral", "story_id"),
    "kith.message-failed.v1": ("referral", "story_id"),
}
"""Whose order each sample keeps. A released line never changes: its facts would move to another partition."""


def _facts_in_the_code() -> set[type[Fact]]:
    for module in pkgutil.walk_packages(kith_contracts.__path__, "kith_contracts."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found: set[type[Fact]] = set()
    waiting = [Fact]
    while waiting:
        for fact in waiting.pop().__subclasses__():
            waiting.append(fact)
            if "story" in vars(fact) and fact.__module__.startswith("kith_contracts."):
                found.add(fact)
    return found


def test_every_fact_in_the_code_is_registered_once() -> None:
    assert set(FACTS) == _facts_in_the_code()
    assert len(BY_TYPE) == len(CONTRACTS) == len(FACTS)


@pytest.mark.parametrize("fact", FACTS, ids=wire_type)
def test_a_fact_is_told_on_the_topic_of_its_own_service(fact: type[Fact]) -> None:
    assert fact.topic == f"kith.{fact.__module__.split('.')[1]}.v1"
    assert fact.topic in TOPICS


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=lambda contract: contract.type)
def test_a_contract_says_where_it_comes_from_and_which_schema_it_keeps(
    contract: kith_contracts.registry.Contract,
) -> None:
    service = contract.topic.split(".")[1]

    assert contract.type == f"kith.{contract.name}.v{contract.fact.version}"
    assert contract.source == f"/kith/{service}"
    assert contract.dataschema == f"urn:kith:fact:{contract.name}:v{contract.fact.version}"


def test_a_second_version_keeps_the_name_and_stands_beside_the_first() -> None:
    class ReferralClosedV2(Fact):
        version = 2

    assert wire_name(ReferralClosedV2) == "referral-closed"
    assert wire_type(ReferralClosedV2) == "kith.referral-closed.v2"


def test_every_fact_has_its_story_pinned() -> None:
    assert set(STORIES) == set(BY_TYPE)


@pytest.mark.parametrize("wire", STORIES)
def test_a_fact_keeps_the_order_of_the_same_story_for_ever(wire: str) -> None:
    kind, field = STORIES[wire]
    fact = BY_TYPE[wire].fact.model_validate_json(sample(ROOT, BY_TYPE[wire]))

    assert fact.story == Story(kind, getattr(fact, field))


def a_session(**named: UUID) -> SessionLogged:
    some = UUID(int=7)
    return SessionLogged(
        session_id=UUID(int=1),
        kind="one-to-one",
        programme_id=some,
        organisation_id=some,
        held_on=date(2026, 11, 16),
        outcome="happened",
        minutes=50,
        channel="telephone",
        **named,
    )


def test_a_one_to_one_session_keeps_the_referrals_order() -> None:
    assert a_session(referral_id=UUID(int=2), match_id=UUID(int=3)).story == Story("referral", UUID(int=2))


def test_a_group_meeting_keeps_the_groups_order() -> None:
    assert a_session(group_id=UUID(int=4)).story == Story("group", UUID(int=4))


def test_a_session_of_neither_keeps_its_own_order() -> None:
    assert a_session().story == Story("session", UUID(int=1))


def test_a_fact_that_does_not_say_its_story_has_none() -> None:
    class Untold(Fact):
        pass

    with pytest.raises(TypeError, match="Untold does not say what story it is about"):
        _ = Untold().story
