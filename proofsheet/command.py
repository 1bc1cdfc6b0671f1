"""The one command. It only dispatches; what a command needs is imported when that command runs."""

from __future__ import annotations

import signal
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from proofsheet import configuration

# name: (module, attribute, what it does)
COMMANDS = {
    "serve": ("proofsheet.mockserver.cli", "serve", "Serve a double of the APIs."),
    "check": ("proofsheet.contracts.cli", "check", "Judge any URL against a document, within a budget."),
    "report": (
        "proofsheet.contracts.reports.command",
        "report",
        "Show reports: one in full, several side by side.",
    ),
    "drift": (
        "proofsheet.contracts.reports.drift_command",
        "drift_command",
        "Say what changed between two runs of a target.",
    ),
    "matrix": (
        "proofsheet.contracts.matrix.command",
        "matrix",
        "Make a site of reports: requirements by targets.",
    ),
    "proxy": (
        "proofsheet.contracts.recorded.proxy_command",
        "proxy",
        "Pass real traffic on untouched, and judge it.",
    ),
    "judge": (
        "proofsheet.contracts.recorded.judge_command",
        "judge",
        "Judge recorded traffic: a transcript or a HAR file.",
    ),
    "client": ("proofsheet.spec.clients.command", "client", "Make a typed client with a proven generator."),
    "spec": ("proofsheet.spec.cli", "spec_group", "Look at the documents and lint them."),
    "config": (
        "proofsheet.config_command",
        "config",
        "Show what holds for each option, and where it comes from.",
    ),
}

# commands of a group that its own package must not know: (module, attribute)
INNER = {
    "spec": {
        "learn": ("proofsheet.contracts.recorded.learn_command", "learn"),
        "import": ("proofsheet.contracts.recorded.import_command", "import_command"),
    }
}

EPILOG = """\b
Examples:
  proofsheet serve              a fake backend on http://127.0.0.1:4010
  proofsheet check NAME --url URL --key-env KEY --dry-run
                                what a judgement would ask, and its price
  proofsheet proxy NAME --upstream URL
                                real traffic, untouched, judged beside the stream
  proofsheet spec list          the documents there are
  proofsheet config serve       each option's value, and where it comes from
  proofsheet COMMAND --help     options and examples of one command
"""


class Lazy(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), attribute)
        if isinstance(command, click.Group):
            for name, (inner, function) in INNER.get(cmd_name, {}).items():
                command.add_command(getattr(import_module(inner), function), name)
        if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:  # set by __main__ for as long as we import
            signal.signal(signal.SIGINT, signal.default_int_handler)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        """The commands and our own options; no command is loaded for it."""
        from click.shell_completion import CompletionItem

        items = [CompletionItem(name, help=says) for name, (_, _, says) in COMMANDS.items()]
        commands = [each for each in items if each.value.startswith(incomplete)]
        return commands + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, says) for name, (_, _, says) in COMMANDS.items()])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        import difflib

        if args and args[0] not in COMMANDS:
            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"No such command {args[0]!r}.{hint}")
        name, command, rest = super().resolve_command(ctx, args)
        if name and command and not ctx.resilient_parsing and not {"-h", "--help"} & set(rest):
            found = _configuration(ctx)
            configuration.checked_names(found, COMMANDS)
            ctx.default_map = {name: configuration.defaults(found, name, command)}
        return name, command, rest


def _configuration(ctx: click.Context) -> configuration.Configuration:
    path: Path | None = ctx.params.get("config_file")
    found = configuration.read(path) if path is not None else configuration.find(Path.cwd())
    ctx.obj = found
    return found


@click.command(
    cls=Lazy,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": configuration.PREFIX},
)
@click.option("--config", "config_file", type=click.Path(path_type=Path), metavar="FILE",
              envvar="PROOFSHEET_CONFIG",
              help="Options once and for all.  [default: the nearest proofsheet.toml]")  # fmt: skip
@click.version_option(version("proofsheet"), prog_name="proofsheet")
def main(config_file: Path | None) -> None:
    """Contract-testing for generative-media APIs: a mock server and the documents behind it."""
    from proofsheet import library_logs

    library_logs.quiet()
