"""The program that customers run is an implementation of its own: it agrees with RFC 8032, and with the rules of this room."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from tallylight.contracts.api import Objective, Promise, UnknownCounts
from tallylight.kernel.money import Rounding, rounded
from tallylight.sla.columns import letters, series_text, verdicts_of
from tallylight.sla.evidence import verify_tallylight_evidence as verifier
from tallylight.sla.slices import RegionMinutes, judge, minutes_within
from tallylight.sla.tests.rules import objective

#: RFC 8032, section 7.1: public key, message, signature.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_signatures_of_the_rfc_are_genuine_and_of_nothing_else(public: str, message: str, signature: str) -> None:
    key, text, signed = (bytes.fromhex(each) for each in (public, message, signature))
    assert verifier.ed25519_verify(key, text, signed)
    assert not verifier.ed25519_verify(key, text + b"!", signed)
    for i in (0, 31, 32, 63):
        assert not verifier.ed25519_verify(key, text, signed[:i] + bytes([signed[i] ^ 1]) + signed[i + 1 :])


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.integers(0, 63), st.integers(0, 255))
def test_any_signature_is_judged_as_openssl_judges_it(seed: bytes, message: bytes, place: int, mask: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    signature = bytearray(key.sign(message))
    signature[place] ^= mask
    public = key.public_key().public_bytes_raw()
    assert verifier.ed25519_verify(public, message, bytes(signature)) == genuine(public, message, bytes(signature))


def genuine(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def test_a_signature_with_a_scalar_that_is_too_large_is_refused() -> None:
    public, message, signature = (bytes.fromhex(each) for each in VECTORS[0])
    scalar = int.from_bytes(signature[32:], "little") + verifier.L
    assert not verifier.ed25519_verify(public, message, signature[:32] + scalar.to_bytes(32, "little"))
    assert not verifier.ed25519_verify(public[:31], message, signature)


def as_verifier(rule: Objective) -> verifier.Objective:
    return verifier.Objective(
        name=rule.name,
        service=rule.service,
        regions=rule.regions,
        metric=rule.promise.value,
        bound=rule.bound,
        target=Fraction(rule.target),
        min_samples=rule.min_samples,
        unknown=rule.unknown.value,
        slice_s=60,
        attain=rule.attain.value,
        in_a_row=1,
        tiers=(),
    )


@given(
    promise=st.sampled_from([Promise.AVAILABILITY, Promise.LATENCY, Promise.LOSS]),
    bound=st.sampled_from([0.0, 2.0, 90.0, 99.9, 200.0]),
    minutes=st.lists(
        st.lists(
            st.tuples(
                st.integers(0, 200),
                st.sampled_from([float("nan"), 0.0, 0.1, 2.0, 2.0000001, 99.9, 200.0]) | st.floats(0, 400),
                st.sampled_from([float("nan"), 0.0, 0.1, 2.0, 10.0, 100.0]) | st.floats(0, 100),
            ),
            min_size=2,
            max_size=2,
        ),
        min_size=1,
        max_size=8,
    ),
)
def test_slices_are_judged_alike(promise: Promise, bound: float, minutes: list[list[tuple[int, float, float]]]) -> None:
    columns = np.array(minutes)
    region = RegionMinutes(
        0,
        ("a-1", "b-1"),
        columns[:, :, 0].astype(np.int64),
        columns[:, :, 1],
        columns[:, :, 1],
        columns[:, :, 2],
        columns[:, :, 1],
    )
    rule = objective(promise, bound=bound, unknown=UnknownCounts.BAD)
    judged = judge(rule, region, minutes_within(0, len(region), []))
    rows = [line.split(",") for line in series_text(judged).splitlines()[1:]]
    assert "".join(verifier.judged(row, as_verifier(rule)) for row in rows) == letters(judged.verdicts)
    assert verdicts_of(letters(judged.verdicts).encode()).tolist() == judged.verdicts.tolist()


@given(exact=st.fractions(0, 1_000, max_denominator=6), how=st.sampled_from(Rounding))
def test_amounts_are_rounded_alike(exact: Fraction, how: Rounding) -> None:
    assert verifier.rounded(exact, how.value) == rounded(exact, how)
