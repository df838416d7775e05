"""The rules and what runs them: lifecycle, alerts, clocks, races."""
