"""The command line: one function a command, the check of a configuration, serving."""
