"""Who did what: the trail, and the signed chain over steps, ledger and audit."""
