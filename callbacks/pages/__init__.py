"""Pages of Dash and the plain ones: one file a page, what it gathers first and its callbacks."""
