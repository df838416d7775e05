"""What is stored encrypted: telephone numbers of reporters, and answers that may hold one (Fernet: AES-128-CBC with HMAC).

The key comes from GRID_SECRET_KEY, else from a secret in the data folder; what an earlier key sealed is still read while
that key is known. A keyed digest of the digits lets a permitted person find a number without opening any other.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from dashboard.rules.text import phones

MARK = "v1:"
LOST = "（密钥已更换，无法显示）"
FEWEST_DIGITS = 7  # fewer are not a number one searches by

_ring: MultiFernet | None = None
_digest_key = b""
_signing_key = b""
_chain_keys: tuple[bytes, ...] = ()


def use(secrets: Sequence[str]) -> None:
    """Set the keys of this process: the first seals, all open."""
    global _ring, _digest_key, _signing_key, _chain_keys
    _ring = MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(secret, b"seal"))) for secret in secrets])
    _digest_key = _derived(secrets[0], b"digest")
    _signing_key = _derived(secrets[0], b"sign")
    _chain_keys = tuple(_derived(secret, b"chain") for secret in secrets)


def signing_key() -> str:
    """Return the key of what is signed: the same after a restart and in every process of the data folder."""
    _keys()
    return _signing_key.hex()


def _derived(secret: str, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=b"grid " + purpose).derive(secret.encode())


def _keys() -> MultiFernet:
    if _ring is None:
        raise RuntimeError("no key to seal with: sealing.use comes first")
    return _ring


def chain_keys() -> Sequence[bytes]:
    """Return the keys of the chain over steps, ledger and audit: the first signs, all are believed."""
    if not _chain_keys:
        raise RuntimeError("no key to sign with: sealing.use comes first")
    return _chain_keys


def seal(text: str) -> str:
    """Return a text sealed."""
    return MARK + _keys().encrypt(text.encode()).decode()


def unseal(stored: str) -> str:
    """Return a sealed text in clear; in words that its key is gone, and a text that never was sealed as it is."""
    if not stored.startswith(MARK):
        return stored
    try:
        return _keys().decrypt(stored.removeprefix(MARK).encode()).decode()
    except InvalidToken:
        return LOST


def seal_bytes(data: bytes) -> bytes:
    """Return bytes sealed."""
    return _keys().encrypt(data)


def unseal_bytes(data: bytes) -> bytes:
    """Return sealed bytes in clear; what never was sealed, or whose key is gone, as it is."""
    try:
        return _keys().decrypt(data)
    except InvalidToken:
        return data


def mark_of(text: str) -> str:
    """Return a keyed digest of a text that tells it apart from others and cannot be guessed back."""
    return hmac.new(_digest_key, b"mark " + text.encode(), hashlib.sha256).hexdigest()[:32]


def digest(number: str | None) -> str | None:
    """Return the keyed digest of a number, however it is written; None where the digits are too few to search by."""
    digits = phones.digits(number)
    if len(digits) < FEWEST_DIGITS:
        return None
    return hmac.new(_digest_key, digits.encode(), hashlib.sha256).hexdigest()
