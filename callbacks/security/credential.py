"""Which credential a request carries, decided once from its headers: everything that follows, follows from this alone.

An `Authorization` header, however it reads, is the credential: a cookie beside it counts for nothing.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import unquote

from callbacks.security import outside
from dashboard.rules.access import Viewer
from datasources.accounts.sign_in import SignIn

COOKIE = "grid_session"
SCHEME = "bearer"
PAGE_OF = "X-Account"  # for whom the page that asks was drawn; percent-encoded
LONGEST_ACCOUNT = 100


class Kind(StrEnum):
    """What authenticated, or that nothing did; `REFUSED` is a header that authenticates nobody.

    `OTHER` is a session of somebody else than the page that asks was drawn for: nothing is done in that name.
    """

    NONE = "none"
    COOKIE = "cookie"
    TOKEN = "token"
    REFUSED = "refused"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Credential:
    """What authenticated a request, and whom; of another one's page, for whom it was drawn and who is signed in."""

    kind: Kind
    viewer: Viewer | None = None
    page: str = ""
    signed_in: str = ""

    @property
    def clear(self) -> bool:
        """Return whether persons are read in clear with it: a token issued for that, nothing else."""
        return self.kind is Kind.TOKEN and self.viewer is not None and self.viewer.clear


def credential_of(environ: dict[str, Any], sign_in: SignIn) -> Credential:
    """Return the credential of a WSGI environ; the headers are read here and nowhere else."""
    header = environ.get("HTTP_AUTHORIZATION")
    if header is not None:
        scheme, _, token = header.strip().partition(" ")
        found = sign_in.viewer_for_token(token.strip()) if scheme.lower() == SCHEME else None
        return Credential(Kind.TOKEN, found) if found else Credential(Kind.REFUSED)
    found = sign_in.viewer_for_session(outside.cookie(environ, COOKIE))
    if found is None:
        return Credential(Kind.NONE)
    page = unquote(environ.get("HTTP_X_ACCOUNT", ""))[:LONGEST_ACCOUNT]
    if not belongs(page, found):
        return Credential(Kind.OTHER, page=page, signed_in=found.name)
    return Credential(Kind.COOKIE, found)


def belongs(page: object, viewer: Viewer) -> bool:
    """Return whether what a page drawn for an account asks may be done as a viewer; who names no account may ask."""
    return not page or page == viewer.name
