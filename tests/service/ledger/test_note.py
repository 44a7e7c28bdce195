"""Signed notes and checkpoints: the published example, round trips, and every way of breaking them."""

from __future__ import annotations

import pytest
from builders_ledger import leaves

from service.ledger.checkpoint import Checkpoint
from service.ledger.note import BadNote, Signer, Verifier, open_note, read_note, sign

PUBLISHED_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PUBLISHED = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
"""The example in the documentation of Go's note package, made by other people's code."""


def checkpoint_note(signer: Signer, size: int = 3) -> str:
    return sign(Checkpoint(signer.name, size, leaves(1)[0]).text, [signer])


def test_the_published_example_opens() -> None:
    """A note that was signed by other people's code verifies with ours."""
    text, keys = open_note(PUBLISHED, [Verifier.parse(PUBLISHED_KEY)])
    assert text == PUBLISHED.rpartition("\n\n")[0] + "\n"
    assert [key.text for key in keys] == [PUBLISHED_KEY]


def test_keys_round_trip() -> None:
    """A key read back from its file signs as before, and its public half is the same."""
    signer = Signer.new("jifen/test")
    again = Signer.parse(signer.text)
    assert again.verifier == signer.verifier == Verifier.parse(signer.verifier.text)
    assert checkpoint_note(again) == checkpoint_note(signer)


def test_a_private_key_is_not_shown() -> None:
    """Neither its representation nor an error repeats a private key."""
    signer = Signer.new("jifen/test")
    assert signer.text.split("+", 4)[-1] not in repr(signer)
    with pytest.raises(BadNote) as caught:
        Signer.parse(signer.text.replace("jifen/test", "jifen/other"))
    assert signer.text.split("+", 4)[-1] not in str(caught.value)


def test_every_changed_byte_of_a_note_is_refused() -> None:
    """Whatever byte of a signed checkpoint is changed, it no longer opens, or it is another note by nobody known."""
    signer = Signer.new("jifen/test")
    note = checkpoint_note(signer).encode()
    for place in range(len(note)):
        broken = note[:place] + bytes([note[place] ^ 1]) + note[place + 1 :]
        with pytest.raises(BadNote):
            open_note(broken.decode(errors="replace"), [signer.verifier])


def test_a_strange_signature_beside_a_known_one_is_ignored() -> None:
    """Others may sign too; only known keys count."""
    ours, theirs = Signer.new("jifen/test"), Signer.new("witness")
    note = sign("hello\n", [theirs, ours])
    assert open_note(note, [ours.verifier]) == ("hello\n", (ours.verifier,))
    with pytest.raises(BadNote, match="no known key"):
        open_note(note, [Signer.new("jifen/test").verifier])


def test_a_broken_signature_of_a_known_key_spoils_the_note() -> None:
    """One good signature does not make up for a broken one of another known key."""
    one, two = Signer.new("jifen/one"), Signer.new("jifen/two")
    text, other = sign("hello\n", [one]), sign("other\n", [two])
    mixed = text + other.rpartition("\n\n")[2]
    with pytest.raises(BadNote, match="does not fit"):
        open_note(mixed, [one.verifier, two.verifier])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no end",
        "no signatures\n\n",
        "a\n\n— x\n",
        "a\n\n- x AAAAAAAA\n",
        "a\n\n— x AAAA\n",
        "a\n\n— x not-base-64\n",
        "a\n— x AAAAAAAA\n",
    ],
)
def test_what_is_no_note_is_told(text: str) -> None:
    """Anything that is not text, blank line and signature lines is refused."""
    with pytest.raises(BadNote):
        read_note(text)


@pytest.mark.parametrize("text", ["no newline", "a\tb\n"])
def test_only_plain_text_is_signed(text: str) -> None:
    """A text without its newline, or with control characters, is not signed."""
    with pytest.raises(BadNote, match="newline"):
        sign(text, [Signer.new("jifen/test")])


@pytest.mark.parametrize("text", ["", "a+b", "name+00000000+AAAA", PUBLISHED_KEY.replace("c74f20a3", "c74f20a4"), PUBLISHED_KEY + "!"])
def test_what_is_no_public_key_is_told(text: str) -> None:
    """A public key whose number does not fit its name and bytes is refused."""
    with pytest.raises(BadNote):
        Verifier.parse(text)


@pytest.mark.parametrize("text", ["", "PRIVATE+KEY+name", "PRIVATE+KEY+n+00000000+AAAA"])
def test_what_is_no_private_key_is_told(text: str) -> None:
    """A file that holds no private key is refused."""
    with pytest.raises(BadNote):
        Signer.parse(text)


def test_a_key_name_has_no_spaces_or_plus() -> None:
    """Such a name could not be read back."""
    with pytest.raises(BadNote, match="cannot name a key"):
        Signer.new("two words")


def test_a_checkpoint_is_three_lines() -> None:
    """Origin, size in decimal, root in base64; read back it is the same."""
    checkpoint = Checkpoint("jifen/test", 20_852_163, bytes(32))
    assert checkpoint.text == "jifen/test\n20852163\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
    assert Checkpoint.parse(checkpoint.text) == checkpoint


@pytest.mark.parametrize(
    "text",
    [
        "a\n1\n",
        "a\nx\nAAAA\n",
        "a\n01\n" + "A" * 43 + "=\n",
        "a\n1\n" + "A" * 43 + "=\nmore\n",
        "a\n-1\n" + "A" * 43 + "=\n",
        "a\n1\nAAAA\n",
    ],
)
def test_what_is_no_checkpoint_is_told(text: str) -> None:
    """A size with leading zeros, a root of another length or further lines are refused."""
    with pytest.raises(BadNote, match="no checkpoint"):
        Checkpoint.parse(text)
