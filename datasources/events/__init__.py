"""Events: the journal that writes them, the ways in, the lists that read them."""
