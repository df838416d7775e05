"""How many connections a process may take of the database, how long it waits for it, and how many there are."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How many connections a process may take and how long it waits, in seconds; a statement without an end is 0."""

    connections: int = 16
    pool: float = 2.0
    connect: int = 5
    statement: float = 15.0
    lock: float = 5.0
    idle: float = 60.0

    @property
    def kept(self) -> int:
        """Return how many connections are kept open between uses."""
        return (self.connections + 1) // 2


UNHURRIED = Limits(connections=3, statement=0.0, lock=60.0, idle=600.0)  # commands beside the product


@dataclass(frozen=True, slots=True)
class Room:
    """The connections of a server: how many there may be, how many our processes may take, how many others hold."""

    most: int
    ours: int
    others: int

    @property
    def is_enough(self) -> bool:
        """Return whether all may be taken at once."""
        return self.ours + self.others <= self.most
