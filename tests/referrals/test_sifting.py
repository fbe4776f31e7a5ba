"""What becomes of rows: known ones, faulty ones, possible duplicates and new ones."""

from itertools import count
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from kith_referrals.domain.agreement import Offer
from kith_referrals.domain.intake.rows import Rejection, Row
from kith_referrals.domain.intake.sifting import First, Known, Outcome, Read, Sifted, sift
from kith_referrals.domain.likeness import Traits
from kith_referrals.domain.network import Programme
from kith_referrals.domain.people import Person
from tests.builders import TODAY
from tests.referrals.world import a_wish, age

PROGRAMME = Programme(UUID(int=3), UUID(int=2), "long-term-conditions", "Name", "one-to-one", "formal")
FAULT = Rejection("DOB", "date-unreadable", "Correct it.")


def a_row(**changes: object) -> Row:
    told = {"given_name": "Ailsa", "family_name": "Testwell", "birth_date": age(40)} | changes
    person = Person(id=UUID(int=1), organisation_id=UUID(int=2), **told)  # type: ignore[arg-type]
    return Row(offer=Offer(PROGRAMME), wish=a_wish(), consents={}, person=person)


def a_read(reference: str, found: Row | Rejection | None = None, text: str = "", number: int = 1) -> Read:
    return Read(number, reference, f"{reference} {text}".encode(), {}, found or a_row())


def outcomes(rows: list[Read], *, first: dict[str, First] | None = None, known: tuple[Known, ...] = ()) -> list[Sifted]:
    numbers = count(100)
    return sift(rows, first=first or {}, known=known, reference_column="Ref", new_id=lambda: UUID(int=next(numbers)))


def test_a_row_without_fault_or_likeness_is_accepted_with_a_new_id() -> None:
    [done] = outcomes([a_read("A")])

    assert (done.outcome, done.new, done.referral_id) == (Outcome.ACCEPTED, True, UUID(int=100))


def test_a_faulty_row_is_rejected_and_nothing_is_kept_of_it() -> None:
    [done] = outcomes([a_read("A", FAULT)])

    assert (done.outcome, done.new, done.column, done.code) == (Outcome.REJECTED, False, "DOB", "date-unreadable")


def test_the_same_identifier_as_an_earlier_row_is_a_possible_duplicate_of_it() -> None:
    rows = [a_read("A", a_row(chi_number="0101011237")), a_read("B", a_row(chi_number="0101011237"))]

    done = outcomes(rows)[1]

    assert (done.outcome, done.of, done.referral_id) == (Outcome.POSSIBLE_DUPLICATE, "A", None)


def test_the_same_name_birth_date_and_district_is_a_possible_duplicate() -> None:
    rows = [a_read("A", a_row(postcode="G12 8QQ")), a_read("B", a_row(given_name="AILSA", postcode="G12 9ZZ"))]

    assert outcomes(rows)[1].of == "A"


def test_somebody_known_before_is_found_too() -> None:
    known = Known(Traits("Sampleton", nhs_number="9990568855"), "EARLIER")

    [done] = outcomes([a_read("A", a_row(nhs_number="9990568855"))], known=(known,))

    assert done.of == "EARLIER"


def test_the_earliest_of_several_is_shown() -> None:
    known = tuple(Known(Traits("Sampleton", nhs_number="9990568855"), name) for name in ("FIRST", "SECOND"))

    [done] = outcomes([a_read("A", a_row(nhs_number="9990568855"))], known=known)

    assert done.of == "FIRST"


def test_a_number_of_one_kind_is_not_a_number_of_another() -> None:
    rows = [
        a_read("A", a_row(chi_number="0101011237")),
        a_read("B", a_row(nhs_number="0101011237")),
        a_read("C", a_row(hc_number="0101011237")),
    ]

    assert {done.outcome for done in outcomes(rows)} == {Outcome.ACCEPTED}


def test_a_row_is_no_duplicate_of_a_rejected_or_waiting_one() -> None:
    alike = a_row(chi_number="0101011237")
    rows = [a_read("A", FAULT), a_read("B", alike), a_read("C", alike), a_read("D", alike)]

    assert [done.of for done in outcomes(rows)] == [None, None, "B", "B"]


def test_the_same_row_again_has_its_first_outcome_and_nothing_new() -> None:
    first = {"A": First(a_read("A").digest, Outcome.ACCEPTED, None, UUID(int=7))}

    [done] = outcomes([a_read("A")], first=first)

    assert (done.outcome, done.new, done.referral_id) == (Outcome.ACCEPTED, False, UUID(int=7))


def test_a_possible_duplicate_again_is_one_again_of_the_same_row() -> None:
    first = {"A": First(a_read("A").digest, Outcome.POSSIBLE_DUPLICATE, "EARLIER")}

    [done] = outcomes([a_read("A")], first=first)

    assert (done.outcome, done.new, done.of, done.code) == (
        Outcome.POSSIBLE_DUPLICATE,
        False,
        "EARLIER",
        "possible-duplicate",
    )


def test_a_changed_row_is_rejected_at_the_reference_even_if_it_is_faulty_now() -> None:
    first = {"A": First(a_read("A").digest, Outcome.ACCEPTED, None, UUID(int=7))}

    done = outcomes([a_read("A", text="changed"), a_read("A", FAULT, text="faulty")], first=first)

    assert [(row.column, row.code) for row in done] == [("Ref", "changed-since-import")] * 2


def test_a_reference_of_a_referral_that_was_not_imported_is_taken() -> None:
    first = {"A": First(None, Outcome.ACCEPTED, None, UUID(int=7))}

    [done] = outcomes([a_read("A")], first=first)

    assert (done.column, done.code) == ("Ref", "reference-taken")


def test_a_row_twice_in_one_file_is_one_referral() -> None:
    done = outcomes([a_read("A"), a_read("A"), a_read("A", text="changed")])

    assert [(row.outcome, row.new) for row in done] == [
        (Outcome.ACCEPTED, True),
        (Outcome.ACCEPTED, False),
        (Outcome.REJECTED, False),
    ]
    assert done[0].referral_id == done[1].referral_id


def test_a_corrected_row_can_be_imported() -> None:
    done = outcomes([a_read("A", FAULT), a_read("A", text="corrected")])

    assert done[1].outcome is Outcome.ACCEPTED


people = st.builds(
    a_row,
    family_name=st.sampled_from(["Testwell", "Dummy"]),
    birth_date=st.sampled_from([TODAY, age(40)]),
    postcode=st.sampled_from([None, "G12 8QQ"]),
    nhs_number=st.sampled_from([None, "9990568855", "9997040996"]),
)
files = st.lists(
    st.tuples(st.sampled_from("ABCDE"), st.one_of(people, st.just(FAULT)), st.sampled_from(["", "other"])), max_size=12
)


@given(files, st.integers(0, 12))
def test_it_does_not_matter_how_a_file_is_cut_into_requests(
    file: list[tuple[str, Row | Rejection, str]], cut: int
) -> None:
    rows = [a_read(ref, found, f"{text} {found}", number) for number, (ref, found, text) in enumerate(file, 1)]

    whole = outcomes(rows)

    head = outcomes(rows[:cut])
    kept = {done.read.reference: First(done.read.digest, done.outcome, done.of) for done in head if done.new}
    known = tuple(
        Known(row.person.traits, done.read.reference)
        for done in head
        if done.new and done.outcome is Outcome.ACCEPTED and isinstance(row := done.read.found, Row)
    )
    tail = outcomes(rows[cut:], first=kept, known=known)
    assert [(done.outcome, done.of, done.code) for done in head + tail] == [
        (done.outcome, done.of, done.code) for done in whole
    ]
