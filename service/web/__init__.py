"""The HTTP interface: routes parse, call one use case and answer."""
