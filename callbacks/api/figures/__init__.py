"""Numbers over HTTP: KPIs, boards, breakdowns, appeals, the wall's views of an area."""
