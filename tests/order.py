"""The order of the test files: the longest first, a browser beside a processor, so that two workers end together."""

from itertools import chain, zip_longest

import pytest

# seconds of the longest files, roughly; what is not here is short and comes last
BROWSER = (
    "test_wall_years", "test_desk_queue", "test_wall_panels", "test_screen", "test_wall_map", "test_field", "test_scores",
    "test_desk_stories", "test_wall_alert", "test_account", "test_claim", "test_event", "test_wall_proof", "test_unsent",
    "test_report", "test_desk_access", "test_desk_dispatch", "test_desk_hour", "test_live", "test_still", "test_loop",
    "test_privacy", "test_report_words", "test_snapshot_columns", "test_levels", "test_wall_calm", "test_owed",
)  # fmt: skip
OTHERS = (
    "test_commands", "test_nasty", "test_chain", "test_machine", "test_queries", "test_side_commands", "test_walk", "test_kill",
    "test_tokens", "test_views", "test_rollups", "test_boards", "test_backup", "test_imports", "test_api", "test_stories",
    "test_api_contract", "test_candidates", "test_races", "test_emergency_law", "test_logins", "test_accounts", "test_picture_bombs",
    "test_frozen", "test_exports", "test_demo", "test_replay", "test_horizon", "test_folder_lock", "test_district_kept",
)  # fmt: skip


def in_order(items: list[pytest.Item]) -> list[pytest.Item]:
    """Return the tests by file: the longest of the browser and of the others by turns, then the rest as they were."""
    turns = chain.from_iterable(zip_longest((f"browser/{name}" for name in BROWSER), OTHERS))
    ranks = {f"tests/{name}.py": rank for rank, name in enumerate(filter(None, turns))}
    return sorted(items, key=lambda item: ranks.get(item.nodeid.split("::")[0], len(ranks)))
