"""Events over HTTP: reporting, lists, one event, actions, and what a place at work asks beside them."""
