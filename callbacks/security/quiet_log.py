"""The log tells what happened to the product, never who was called: whatever is written to it is masked as text."""

import logging

from dashboard.rules.text.masking import mask_text

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class Masked(logging.Formatter):
    """Writes a record, its traceback too, with telephone and identity numbers masked."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's text."""
        return mask_text(super().format(record))


def begin() -> None:
    """Give this process its log, on standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(Masked(FORMAT))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
