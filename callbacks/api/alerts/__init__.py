"""Emergency alerts and the messages owed about them, over HTTP."""
