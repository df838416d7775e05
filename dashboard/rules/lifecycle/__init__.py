"""What every matter with a life shares: one line of a rule book, the book that answers by it, a transition.

Nothing here knows of events. A second kind of matter brings its own table and gets everything else.
"""
