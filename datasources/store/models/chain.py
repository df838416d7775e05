"""The chain over steps, ledger and audit: one row a link, append-only like what it covers."""

from datetime import datetime

from sqlalchemy import LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from datasources.store.column_types import BigId
from datasources.store.models.tables import Base


class ChainLinkRow(Base):
    """A link: which rows it covers, a tag for each of them, and the signature that holds it to the link before.

    `covers` and `pending` are JSON texts, kept as they were signed: ranges of ids by table, and gaps still looked at.
    """

    __tablename__ = "chain_link"
    no: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    form: Mapped[int]
    covers: Mapped[str] = mapped_column(Text)
    pending: Mapped[str] = mapped_column(Text)
    tags: Mapped[bytes] = mapped_column(LargeBinary)
    previous: Mapped[str]
    signature: Mapped[str]
