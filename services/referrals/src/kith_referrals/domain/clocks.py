"""By which day something is to be done about a referral: set when a step is taken, and kept.

Only what the programme's organisation can do runs against it: not while the referrer is asked something, not while the
person chooses, and not while the person is not ready yet. Days are civil dates (Europe/London).
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from kith_referrals.domain.nations import civil, working_day_after, working_days_between
from kith_referrals.domain.promises import TO_ACKNOWLEDGE, TO_DECIDE, Promise, Terms
from kith_referrals.domain.referral import Referral, Status


def begun(terms: Terms, now: datetime) -> Mapping[Promise, date]:
    """The promises of a referral that is made: to say that it was received, and to decide."""
    return {
        Promise.ACKNOWLEDGE: working_day_after(civil(now), TO_ACKNOWLEDGE, terms.nation),
        Promise.DECIDE: _decision(terms, now),
    }


def kept(referral: Referral, status: Status, now: datetime) -> Mapping[Promise, date]:
    """What is still promised of ``referral`` once a step has brought it to ``status``.

    Acknowledging does not put off the decision. An answer gives back the working days that were left when the question
    was asked. Who is accepted from a waiting list has waited since they were put on it.
    """
    match status:
        case Status.RECEIVED:
            return {Promise.DECIDE: _decision_again(referral, now)}
        case Status.NEEDS_INFORMATION:
            return {name: due for name, due in referral.promises.items() if name is Promise.DECIDE}
        case Status.WAITING | Status.ACCEPTED:
            return _to_take_on(referral, now)
        case _:
            return {}


def missing(referral: Referral, today: date) -> list[Promise]:
    """The promises that are missed today and were not told missed yet, the longest missed first."""
    due = sorted((promise.missed_from(day), promise) for promise, day in referral.running.items())
    return [promise for day, promise in due if day <= today and promise not in referral.missed]


def _decision(terms: Terms, now: datetime) -> date:
    return working_day_after(civil(now), TO_DECIDE, terms.nation)


def _decision_again(referral: Referral, now: datetime) -> date:
    due, today = referral.promises.get(Promise.DECIDE), civil(now)
    if due is None:
        return _decision(referral.terms, now)
    if referral.asked_at is None or due < (asked_on := civil(referral.asked_at)):
        return due
    nation = referral.terms.nation
    return working_day_after(today, working_days_between(asked_on, due, nation), nation)


def _to_take_on(referral: Referral, now: datetime) -> Mapping[Promise, date]:
    due, days = referral.promises.get(Promise.TAKE_ON), referral.terms.promised_wait_days
    if due is None and days is not None:
        due = civil(now) + timedelta(days=days)
    return {} if due is None else {Promise.TAKE_ON: due}
