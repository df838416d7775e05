"""Tables that leave the product: what can be exported, by whom, for which reason."""
