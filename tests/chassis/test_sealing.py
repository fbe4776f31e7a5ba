"""A sealed text opens with a sealing key, for its own record and its own reader, and in no other way."""

from base64 import b64encode
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith_chassis.sealing import DATA_KEY, KEY_ID, SealBroken, SealedElsewhere, SealedText, Sealer, read_keys

OLD, NEW = bytes(range(32)), bytes(range(1, 33))
RECORD = UUID(int=7)
KEYS = st.binary(min_size=DATA_KEY, max_size=DATA_KEY)
READERS = st.text(max_size=40)


def shown(key: bytes) -> str:
    return b64encode(key).decode()


@given(st.uuids(), st.text(), READERS, KEYS)
def test_what_was_sealed_opens_as_it_was_written(record_id: UUID, text: str, reader: str, key: bytes) -> None:
    sealed = Sealer([key]).seal(record_id, text, opens_for=reader)

    assert Sealer([key]).open(record_id, sealed, opens_for=reader) == text


@given(st.uuids(), READERS, st.uuids(), READERS)
def test_it_opens_for_its_record_and_its_reader_alone(record_id: UUID, reader: str, other: UUID, asks: str) -> None:
    sealer = Sealer([OLD])
    sealed = sealer.seal(record_id, "words", opens_for=reader)

    if (other, asks) == (record_id, reader):
        assert sealer.open(other, sealed, opens_for=asks) == "words"
    else:
        with pytest.raises(SealBroken):
            sealer.open(other, sealed, opens_for=asks)
        with pytest.raises(SealBroken):
            sealer.unwrap(other, sealed.key, opens_for=asks)


@given(st.data())
def test_nothing_that_is_kept_can_be_changed_unseen(data: st.DataObject) -> None:
    sealed = Sealer([OLD]).seal(RECORD, "words", opens_for="s-1")
    which = data.draw(st.sampled_from(["text", "key"]))
    kept = getattr(sealed, which)
    place, bit = data.draw(st.integers(0, len(kept) - 1)), data.draw(st.integers(0, 7))
    changed = bytearray(kept)
    changed[place] ^= 1 << bit
    there = {"text": sealed.text, "key": sealed.key} | {which: bytes(changed)}

    with pytest.raises(SealedElsewhere if which == "key" and place < KEY_ID else SealBroken):
        Sealer([OLD]).open(RECORD, SealedText(**there), opens_for="s-1")


@given(st.integers(0, 67))
def test_a_key_that_was_cut_short_opens_nothing(length: int) -> None:
    sealed = Sealer([OLD]).seal(RECORD, "words", opens_for="s-1")

    with pytest.raises((SealedElsewhere, SealBroken)):
        Sealer([OLD]).open(RECORD, SealedText(sealed.text, sealed.key[:length]), opens_for="s-1")


def test_no_two_texts_have_a_key_or_a_wrapping_in_common() -> None:
    sealer = Sealer([OLD])
    first, second = (sealer.seal(RECORD, "the same words", opens_for="s-1") for _ in range(2))
    data_key = sealer.unwrap(RECORD, first.key, opens_for="s-1")

    assert first.text != second.text
    assert data_key != sealer.unwrap(RECORD, second.key, opens_for="s-1")
    assert sealer.wrap(RECORD, data_key, opens_for="s-1") != first.key


def test_what_is_kept_holds_no_key_nor_a_part_of_one() -> None:
    sealer = Sealer([OLD])
    sealed = sealer.seal(RECORD, "words", opens_for="s-1")

    for secret in (OLD, sealer.unwrap(RECORD, sealed.key, opens_for="s-1")):
        assert not any(secret[at:][:4] in sealed.text + sealed.key for at in range(DATA_KEY - 3))
    assert b"words" not in sealed.text + sealed.key


def test_a_text_sealed_elsewhere_says_what_is_missing() -> None:
    sealed = Sealer([OLD]).seal(RECORD, "words", opens_for="s-1")

    with pytest.raises(SealedElsewhere, match="KITH_SEALING_KEYS") as refusal:
        Sealer([NEW]).open(RECORD, sealed, opens_for="s-1")
    assert refusal.value.code == "sealed-elsewhere"


def test_the_first_key_seals_and_all_open() -> None:
    before, during, after = Sealer([OLD]), Sealer([NEW, OLD]), Sealer([NEW])
    old = before.seal(RECORD, "old", opens_for="s-1")
    new = during.seal(RECORD, "new", opens_for="s-1")

    assert during.open(RECORD, old, opens_for="s-1") == "old"
    assert after.open(RECORD, new, opens_for="s-1") == "new"
    assert (before.outdated, during.outdated, after.outdated) == ((), (old.key[:KEY_ID],), ())


@given(st.lists(KEYS, min_size=1, max_size=3))
def test_keys_are_read_as_they_are_written(keys: list[bytes]) -> None:
    assert read_keys(" , ".join(map(shown, keys))) == tuple(keys)


@pytest.mark.parametrize("wrong", ["", shown(OLD)[:-4], shown(OLD[:31]), shown(OLD + b"x"), OLD.hex(), "s3cret", "é"])
@pytest.mark.parametrize("beside", ["", f",{shown(NEW)}"])
def test_what_is_no_key_is_refused_and_never_shown(wrong: str, beside: str) -> None:
    with pytest.raises(ValueError, match="openssl rand -base64 32") as error:
        read_keys(wrong + beside)
    assert not wrong or wrong not in str(error.value)
