"""The HTTP server underneath: heads and bodies read strictly, an end to every wait, a clean leaving."""
