"""The life of an event: vocabulary, the table of rules, guards, deadlines, what a report becomes."""
