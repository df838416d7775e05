"""What is stored of a secret that opens a door: a digest that knows it again and opens nothing."""

import hashlib


def digest(secret: str) -> str:
    """Return what is stored of a secret of 256 random bits: enough to know it again, nothing to enter with."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
