"""Refusals as people read them: the sentence and the words inside it, both in the language being spoken."""

from dashboard.rules.refusals import Refusal
from layouts.text.words import translate


def spoken(refusal: Refusal) -> str:
    """Return a refusal in words; a parameter that is itself a sentence of ours (an action, a status) is translated too."""
    params = {
        name: translate(value) if isinstance(value, str) else value for name, value in refusal.params.items()
    }
    return translate(refusal.text, None, **params)
