"""The command line: every command, and how an error leaves it."""

from __future__ import annotations

import sys
from importlib.metadata import version

import click

from features.errors import FeaturesError
from service.cli.console import notes
from service.cli.lazy import LazyGroup

__all__ = ["COMMANDS", "cli", "main"]

COMMANDS = {
    "demo": ("service.cli.demo:demo", "Simulate a province, train both models, serve the API."),
    "simulate": ("service.cli.evidence:simulate", "Write a simulated province of technology firms."),
    "check": ("service.cli.evidence:check", "Check a folder of evidence files; report every bad value."),
    "features": ("service.cli.evidence:features", "Build every indicator at an as-of date from evidence files."),
    "reference": ("service.cli.points:reference", "Freeze the peers that points are measured against."),
    "points": ("service.cli.points:points", "Compute innovation points, item by item."),
    "train": ("service.cli.train:train", "Train a model of default from evidence files."),
    "train-table": ("service.cli.train:train_table", "Train from any labelled table described by a contract."),
    "validate": ("service.cli.validate:validate", "Validate a model on rows it has not seen, and hold it to the gates."),
    "retrain": ("service.cli.retrain:retrain", "Retrain, validate, compare and, if every gate holds, propose."),
    "models": ("service.cli.models:models", "List and inspect registered models."),
    "release": ("service.cli.release:release", "Propose and approve what decides: models, scheme, peers, policy."),
    "monitor": ("service.cli.monitor:monitor", "Monitor the models in use on the decisions on record."),
    "switch": ("service.cli.switch:switch", "Stop automatic decisions, and let them go on."),
    "score": ("service.cli.score:score", "Decide one application, or score rows with a bundle."),
    "allocate": ("service.cli.allocate:spread", "Spread a lending envelope over approved firms."),
    "policy": ("service.cli.policy:policy", "Check a policy file, or compare two on the applications on record."),
    "ingest": ("service.cli.serve:ingest", "Load a folder of evidence files into the service's database."),
    "materialise": ("service.cli.serve:materialise", "Compute the indicators of every firm on file, for a nightly run."),
    "token": ("service.cli.serve:token", "Make, list and revoke bearer tokens."),
    "audit": ("service.cli.audit:audit", "Verify the ledger, prove what is in it, read who did what."),
    "overrides": ("service.cli.overrides:overrides", "See what people answered in place of the machine, and what became of it."),
    "retention": ("service.cli.retention:retention", "Delete what has served its time, and hold what must stay."),
    "personal": ("service.cli.personal:personal", "See which fields are personal, and rotate the key that seals them."),
    "user": ("service.cli.people:user", "Make, list, change and disable the people who sign in."),
    "serve": ("service.cli.start:serve", "Serve the API."),
    "docs": ("service.cli.docs:docs", "Write the generated documents again."),
}

WRONG_INPUT, FAILED = 2, 1


@click.group(
    cls=LazyGroup,
    commands_at=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
    epilog="Exit codes: 0 done, 2 wrong input (nothing was changed), 1 anything else. Files live under JIFEN_HOME (default ./var).",
)
@click.version_option(version("jifen"), "-V", "--version", message="jifen %(version)s")
def cli() -> None:
    """Lend to technology firms by what they invent, and prove every decision. 积分"""


def _domain_errors() -> tuple[type[Exception], ...]:
    """Give the root error of each package that is loaded; one that is not loaded cannot have raised."""
    named = (("training.errors", "TrainingError"), ("service.errors", "ServiceError"))
    loaded = (getattr(sys.modules[module], name) for module, name in named if module in sys.modules)
    return (FeaturesError, *loaded)


def main() -> None:
    """Run `jifen`; a wrong input is one clear message and exit code 2, never a traceback."""
    try:
        cli.main(prog_name="jifen", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        notes.print("stopped")
        sys.exit(130)
    except Exception as error:
        if not isinstance(error, _domain_errors()):
            raise
        notes.print(f"[red]error[/red] ({getattr(error, 'code', 'error')}): ", end="")
        notes.print(str(error), markup=False)
        sys.exit(WRONG_INPUT)
