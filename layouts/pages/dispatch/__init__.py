"""The panel of dispatch beside an event."""
