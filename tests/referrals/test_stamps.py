"""Stamps, private links, references, and where a form comes from."""

from datetime import timedelta
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_referrals.domain.self_referral import floods, links, stamps
from kith_referrals.domain.self_referral.floods import Counted, Limits
from kith_referrals.domain.self_referral.refusals import StampForged, StampTooOld, StampTooQuick, TooMany
from tests.builders import NOW

KEY, NONCE, PLACE = b"k" * 32, bytes(range(16)), "programme one"
PROXIES = (ip_network("10.0.0.0/8"), ip_network("2001:db8:1::/48"))
STAMP = stamps.issue(KEY, PLACE, NONCE, NOW)


def test_a_stamp_says_when_and_for_which_page_it_was_made() -> None:
    read = stamps.read(KEY, PLACE, STAMP)

    assert (read.nonce, read.issued_at) == (NONCE.hex(), NOW)


@given(st.integers(0, len(STAMP) - 1), st.characters(exclude_characters="\n"))
def test_a_stamp_of_which_any_letter_was_changed_is_refused(at: int, letter: str) -> None:
    changed = STAMP[:at] + letter + STAMP[at + 1 :]

    if changed != STAMP:
        with pytest.raises(StampForged):
            stamps.read(KEY, PLACE, changed)


@given(st.text())
def test_what_is_no_stamp_is_refused(text: str) -> None:
    with pytest.raises(StampForged):
        stamps.read(KEY, PLACE, text)


@pytest.mark.parametrize(("key", "place"), [(b"x" * 32, PLACE), (KEY, "programme two")])
def test_a_stamp_of_another_page_or_another_network_is_refused(key: bytes, place: str) -> None:
    with pytest.raises(StampForged):
        stamps.read(key, place, STAMP)


@pytest.mark.parametrize(
    ("after", "refusal"),
    [(timedelta(seconds=2.9), StampTooQuick), (timedelta(hours=24, seconds=1), StampTooOld)],
)
def test_a_form_sent_too_soon_or_too_late_is_asked_for_again(after: timedelta, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        stamps.check_age(stamps.read(KEY, PLACE, STAMP), NOW + after)


@pytest.mark.parametrize("after", [timedelta(seconds=3), timedelta(hours=24)])
def test_between_three_seconds_and_a_day_a_form_is_taken(after: timedelta) -> None:
    stamps.check_age(stamps.read(KEY, PLACE, STAMP), NOW + after)


def test_the_same_form_leads_to_the_same_page_and_another_to_another() -> None:
    tokens = [links.status_token(KEY, nonce) for nonce in ("aa", "aa", "ab")]

    assert tokens[0] == tokens[1] != tokens[2]
    assert len(tokens[0]) == 22


@given(st.binary(min_size=8, max_size=16))
def test_a_reference_has_eight_letters_that_nobody_mistakes(chance: bytes) -> None:
    reference = links.reference(chance)

    assert len(reference) == 8
    assert not set(reference) & set("01OIL5SBD")


def test_a_status_page_stays_for_half_a_year_after_the_close() -> None:
    assert not links.is_over(None, NOW)
    assert not links.is_over(NOW, NOW + timedelta(days=182))
    assert links.is_over(NOW, NOW + timedelta(days=183))


@pytest.mark.parametrize(
    ("peer", "forwarded", "network"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "192.0.2.66, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.2.3.4", "198.51.100.1"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("2001:db8:7:8:9::1", "", "2001:db8:7:8::/64"),
        ("2001:db8:1::1", "2001:db8:7:8::2", "2001:db8:7:8::/64"),
        ("::ffff:203.0.113.9", "", "203.0.113.9"),
        (None, "198.51.100.1", "unknown"),
        ("a-socket", "", "unknown"),
    ],
)
def test_a_proxy_is_believed_only_where_it_is_trusted(peer: str | None, forwarded: str, network: str) -> None:
    assert floods.client_network(peer, forwarded, PROXIES) == network


@given(st.text(), st.text())
def test_whatever_stands_in_the_headers_a_form_comes_from_somewhere(peer: str, forwarded: str) -> None:
    assert floods.client_network(peer, forwarded, PROXIES)


@given(st.text(), st.from_regex(r"[0-9., ]{0,30}", fullmatch=True))
def test_what_a_visitor_writes_before_a_trusted_proxys_word_changes_nothing(written: str, more: str) -> None:
    assert floods.client_network("10.0.0.1", f"{written}{more},198.51.100.1", PROXIES) == "198.51.100.1"


@pytest.mark.parametrize("counted", [Counted(3, 1), Counted(1, 6)])
def test_above_either_limit_one_waits_for_the_next_hour(counted: Counted) -> None:
    with pytest.raises(TooMany) as refused:
        floods.check(counted, Limits(2, 5), NOW + timedelta(minutes=48))

    assert refused.value.wait == timedelta(minutes=12)


def test_at_the_limit_a_form_is_still_taken() -> None:
    floods.check(Counted(2, 5), Limits(2, 5), NOW)
