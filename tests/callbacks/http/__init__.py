"""The HTTP server and what every request meets."""
