"""The order of the test files: the longest first, a browser beside a processor, so that two workers end together."""

from itertools import chain, zip_longest

import pytest

# seconds of the longest files, roughly; what is not here is short and comes last
BROWSER = (
    "test_desk_queue", "test_screen", "test_wall_years", "test_scores", "test_wall_panels", "test_wall_map", "test_field",
    "test_desk_stories", "test_wall_alert", "test_account", "test_claim", "test_event", "test_wall_proof", "test_unsent",
    "test_report", "test_desk_access", "test_desk_dispatch", "test_desk_hour", "test_live", "test_still", "test_loop",
    "test_privacy", "test_report_words", "test_snapshot_columns", "test_levels", "test_wall_calm", "test_owed",
)  # fmt: skip
OTHERS = (
    "datasources/figures/test_rollups_of_any_history", "datasources/figures/test_redistricted_numbers",
    "callbacks/http/test_nasty", "datasources/figures/test_queries", "datasources/store/test_chain", "dashboard/test_machine",
    "callbacks/security/test_walk", "dashboard/test_kill", "callbacks/cli/test_joining", "callbacks/cli/test_commands",
    "callbacks/security/test_tokens", "callbacks/cli/test_side_commands", "callbacks/cli/test_folder_lock",
    "datasources/figures/test_rollups_on_postgresql", "datasources/figures/test_views",
    "datasources/figures/test_rollups", "datasources/figures/test_boards", "callbacks/cli/test_backup",
    "datasources/history/test_imports", "callbacks/api/test_api", "dashboard/test_stories", "callbacks/api/test_api_contract",
    "callbacks/api/test_candidates", "dashboard/test_races", "dashboard/test_emergency_law", "callbacks/security/test_logins",
    "callbacks/security/test_accounts", "datasources/files/test_picture_bombs", "datasources/figures/test_frozen",
    "datasources/figures/test_exports", "callbacks/cli/test_demo", "dashboard/test_replay",
    "datasources/districts/test_horizon", "datasources/districts/test_district_kept",
)  # fmt: skip


def in_order(items: list[pytest.Item]) -> list[pytest.Item]:
    """Return the tests by file: the longest of the browser and of the others by turns, then the rest as they were."""
    turns = chain.from_iterable(zip_longest((f"browser/{name}" for name in BROWSER), OTHERS))
    ranks = {f"tests/{name}.py": rank for rank, name in enumerate(filter(None, turns))}
    return sorted(items, key=lambda item: ranks.get(item.nodeid.split("::")[0], len(ranks)))
