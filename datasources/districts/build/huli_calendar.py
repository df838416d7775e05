"""Makes calendar.csv of districts/huli: China's holidays with their exchange days (调休).

Usage: python -m datasources.districts.build.huli_calendar PACK_FOLDER
2025 and 2026 as announced by the State Council; of 2027 only the statutory days, the exchange was not announced yet.
"""

import csv
import sys
from datetime import date, timedelta
from pathlib import Path

HOLIDAYS = [
    ("2025-01-01", "2025-01-01"),
    ("2025-01-28", "2025-02-04"),
    ("2025-04-04", "2025-04-06"),
    ("2025-05-01", "2025-05-05"),
    ("2025-05-31", "2025-06-02"),
    ("2025-10-01", "2025-10-08"),
    ("2026-01-01", "2026-01-03"),
    ("2026-02-15", "2026-02-23"),
    ("2026-04-04", "2026-04-06"),
    ("2026-05-01", "2026-05-05"),
    ("2026-06-19", "2026-06-21"),
    ("2026-09-25", "2026-09-27"),
    ("2026-10-01", "2026-10-07"),
    ("2027-01-01", "2027-01-01"),
    ("2027-02-05", "2027-02-08"),
    ("2027-04-05", "2027-04-05"),
    ("2027-05-01", "2027-05-02"),
    ("2027-06-09", "2027-06-09"),
    ("2027-09-15", "2027-09-15"),
    ("2027-10-01", "2027-10-03"),
]
WORKDAYS = [
    "2025-01-26",
    "2025-02-08",
    "2025-04-27",
    "2025-09-28",
    "2025-10-11",
    "2026-01-04",
    "2026-02-14",
    "2026-02-28",
    "2026-05-09",
    "2026-09-20",
    "2026-10-10",
]


def main(pack: Path) -> None:
    """Write calendar.csv into the pack folder."""
    kinds = dict.fromkeys((date.fromisoformat(day) for day in WORKDAYS), "workday")
    for first, last in HOLIDAYS:
        day = date.fromisoformat(first)
        while day <= date.fromisoformat(last):
            kinds[day] = "holiday"
            day += timedelta(days=1)
    with (pack / "calendar.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["date", "kind"])
        table.writerows((day.isoformat(), kinds[day]) for day in sorted(kinds))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
