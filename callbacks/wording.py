"""Refusals as people read them: the sentence and the words inside it, both in the language being spoken."""

from collections.abc import Mapping
from typing import Any

from dashboard.rules.refusals import Refusal
from dashboard.rules.text.masking import mask_text
from layouts.text.words import translate


def spoken(refusal: Refusal) -> str:
    """Return a refusal in words; a parameter that is itself a sentence of ours (an action, a status) is translated too."""
    return translate(refusal.text, None, **worded(refusal.params))


def worded(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what fills a refusal in, translated where it is ours and without anybody's number where somebody typed it.

    A refusal is read by whoever asked, so it may carry no more of a person than the matter itself shows.
    """
    return {
        name: mask_text(translate(value)) if isinstance(value, str) else value
        for name, value in params.items()
    }
