"""The handlers: a module a command, or a pair of twins."""
