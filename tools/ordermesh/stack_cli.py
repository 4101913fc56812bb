"""The command line of tools/stack."""

import argparse
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from . import keeper, paths, processes, servers
from .servers.server import Site
from .stack import Stack, StackError

_DESCRIPTION = """\
Starts real PostgreSQL, RabbitMQ and Kafka as private processes on free ports of loopback, several stacks at once if
need be, and takes them down without a trace.

  tools/stack run -- CMD...                    up, CMD with DATABASE_URL, AMQP_URL, KAFKA_BROKERS set, down
  tools/stack up --dir DIR [--env|--json]      up; --env prints shell lines for eval, DIR/stack.json holds all
  tools/stack down --dir DIR [--keep]          down; its data goes too unless --keep
  tools/stack status --dir DIR                 what runs there; exit code 1 when nothing does
  tools/stack stop|start|kill|pause|resume SERVER --dir DIR
                                               one server: in order; again; as a power cut; SIGSTOP; SIGCONT
  tools/stack rabbitmqctl --dir DIR ARGS...    rabbitmqctl of that stack's node
"""

# What needs nothing else to run; the whole system is for tools/run.
_CHOICE = (*servers.STORES, *servers.TLS_BROKERS, *servers.OTHER_RELEASES, *servers.FOR_LIBRARIES, "mail")
_VERBS = ("start", "stop", "kill", "pause", "resume")


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["keep"]:  # this program again, as the keeper: see Stack.up
        directory, names, mark, options, lifeline, report = arguments[1:]
        keeper.keep(Site(Path(directory), mark, json.loads(options)), names.split(","), int(lifeline), int(report))
        return 0
    options = _parse(arguments)
    try:
        return options.run(options)
    except StackError as error:
        print(f"tools/stack: {error}", file=sys.stderr)
        return 1


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("tools/stack", description=_DESCRIPTION, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run, **more) -> argparse.ArgumentParser:
        command = commands.add_parser(name, **more)
        command.set_defaults(run=run, verb=name)
        command.add_argument("--dir", type=Path, required=name != "run", help="the folder of the stack")
        return command

    for name, run in (("up", _up), ("run", _run)):
        add(name, run).add_argument(
            "--only", type=_names, default=list(servers.STORES), metavar="NAMES", help="comma-separated: " + ",".join(_CHOICE)
        )
    commands.choices["up"].add_argument("--env", action="store_true", help="print shell lines: export DATABASE_URL=…")
    commands.choices["up"].add_argument("--json", action="store_true", help="print what stack.json holds")
    commands.choices["run"].add_argument("command", nargs=argparse.REMAINDER, metavar="-- CMD...")
    add("down", _down).add_argument("--keep", action="store_true", help="keep the data for the next up")
    add("status", _status)
    for verb in _VERBS:
        add(verb, _command).add_argument("server", choices=list(servers.ALL), metavar="SERVER")
    add("rabbitmqctl", _rabbitmqctl).add_argument("arguments", nargs=argparse.REMAINDER)
    return parser.parse_args(arguments)


def _names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := [name for name in names if name not in _CHOICE]:
        raise argparse.ArgumentTypeError(f"unknown server {unknown[0]}; there are {', '.join(_CHOICE)}")
    return names


def _up(options: argparse.Namespace) -> int:
    stack = Stack(options.dir)
    described = stack.up(options.only)
    stack.detach()
    if options.json:
        print(json.dumps(described, indent=2))
    elif options.env:
        for key, value in described["env"].items():
            print(f"export {key}={shlex.quote(value)}")
    else:
        print(stack.directory / "stack.json")
    return 0


def _run(options: argparse.Namespace) -> int:
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        raise StackError("run: which command? tools/stack run -- CMD...")
    directory = options.dir
    if directory is None:
        directory = Path(tempfile.mkdtemp(prefix="ordermesh-stack-", dir=paths.scratch_root()))
        directory.chmod(0o755)
    stack = Stack(directory)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    try:
        described = stack.up(options.only)
        return _run_command(command, {**described["env"], processes.MARKER: described["mark"]})
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    finally:
        stack.down()


def _run_command(command: list[str], variables: dict[str, str]) -> int:
    """Runs the command in the foreground: Ctrl-C is for it to answer, and SIGTERM is passed on."""
    try:
        child = subprocess.Popen(
            command, env={**os.environ, **variables}, preexec_fn=processes.die_with_parent(signal.SIGTERM)
        )
    except OSError as error:
        print(f"tools/stack: {command[0]}: {error.strerror}", file=sys.stderr)
        return 127
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: child.send_signal(number))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    code = child.wait()
    return code if code >= 0 else 128 - code


def _end(number: int, _frame) -> None:
    raise SystemExit(128 + number)


def _down(options: argparse.Namespace) -> int:
    Stack(options.dir).down(options.keep)
    return 0


def _status(options: argparse.Namespace) -> int:
    described = Stack(options.dir).describe()
    if described is None:
        raise StackError(f"no stack is up in {options.dir}")
    print(json.dumps(described, indent=2))
    return 0


def _command(options: argparse.Namespace) -> int:
    Stack(options.dir).command(options.verb, options.server)
    return 0


def _rabbitmqctl(options: argparse.Namespace) -> int:
    described = Stack(options.dir).describe()
    if described is None or "rabbitmq" not in described["servers"]:
        raise StackError(f"no RabbitMQ is up in {options.dir}")
    return subprocess.run(
        ["/usr/lib/rabbitmq/bin/rabbitmqctl", *options.arguments], cwd=options.dir / "rabbitmq",
        env={**os.environ, **described["servers"]["rabbitmq"]["env"]},
    ).returncode
