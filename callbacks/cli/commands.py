"""The command line (CONTRACT §2): one function a command, errors as one sentence on standard error, no traceback.

Exit codes: 0 done, 1 some rows refused or a check failed, 2 usage.
"""

import argparse
import os
from collections.abc import Callable, Sequence
from typing import Any

from callbacks.cli import arguments
from callbacks.cli.loading import loading
from callbacks.security import quiet_log
from dashboard.settings import Settings

CreateApp = Callable[..., Any]


def main(arguments_given: Sequence[str], create_app: CreateApp) -> int:
    """Carry out one command and return its exit code."""
    quiet_log.begin()
    os.umask(0o077)  # what is written here holds persons: for its owner alone
    words = arguments.parser().parse_args(list(arguments_given))
    lang = str(Settings.model_fields["lang"].default)
    try:
        settings = _settings(words)
        lang = settings.lang
        with loading():
            work = arguments.work_of(words.work)
        return int(work(settings, words, create_app) or 0)
    except KeyboardInterrupt:
        return 0
    except Exception as error:
        from callbacks.cli import faults

        code = faults.tell(error, lang)
        if code is None:
            raise
        return code


def _settings(words: argparse.Namespace) -> Settings:
    given = {
        "data_dir": words.data,
        "district": words.district,
        "host": getattr(words, "host", None),
        "port": getattr(words, "port", None),
        "demo": getattr(words, "demo", None),
        "clock_start": getattr(words, "clock_start", None),
        "clock_speed": getattr(words, "clock_speed", None),
    }
    return Settings(**{name: value for name, value in given.items() if value is not None})
