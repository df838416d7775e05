"""The catalogues of the languages, and what collects the sentences into them."""
