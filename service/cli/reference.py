"""The page of every command and option, written from the commands themselves."""

from __future__ import annotations

from collections.abc import Iterator

import click

from service.cli.main import cli

__all__ = ["commands_page"]


def commands_page() -> str:
    """Give the text of `docs/commands.md`: the help of each command, at 100 columns."""
    context = click.Context(cli, info_name="jifen", terminal_width=100, help_option_names=["-h", "--help"])
    parts = [f"## `{path}`\n\n```text\n{text}\n```\n" for path, text in _helps(cli, context)]
    return "# Commands\n\nWritten by `jifen docs`.\n\n" + "\n".join(parts)


def _helps(command: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
    yield context.command_path, command.get_help(context).rstrip()
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below:
                yield from _helps(below, click.Context(below, info_name=name, parent=context, terminal_width=100))
