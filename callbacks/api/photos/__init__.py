"""Pictures over HTTP: whole, in pieces, and the one way from bytes to a kept picture."""
