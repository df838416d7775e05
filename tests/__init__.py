"""The tests, in the rooms of the product: the same folders, and `browser`, `load`, `js`, `house`, `support`."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
