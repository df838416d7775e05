"""Numbers read from the database: KPIs, boards, breakdowns, points, what stands where."""
