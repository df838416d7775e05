"""The laws of the house itself: names, documents, walks, scripts, the order of the tests, the version before."""
