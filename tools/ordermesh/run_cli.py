"""The command line of tools/run."""

import argparse
import dataclasses
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from . import keeper, paths, servers
from .sample_order import SampleOrder, Step
from .stack import Stack, StackError

_DESCRIPTION = """\
Sets up, builds, and starts all of Ordermesh on this machine: PostgreSQL, RabbitMQ, Kafka, a mail sink, Envoy and every
service, as private processes on free ports, with 1,000 products and 1,000 customers. Then it places an order by HTTP
and waits until its e-mail and its sales figure are there. It runs until Ctrl-C, which stops all that it started.
"""

_DEFAULT_FOLDER = paths.REPOSITORY / "run"


def main(arguments: list[str]) -> int:
    options = _parse(arguments)
    try:
        if options.stop:
            Stack(options.dir).down()
            return 0
        return _run(options)
    except StackError as error:
        print(f"tools/run: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("tools/run", description=_DESCRIPTION, formatter_class=argparse.RawTextHelpFormatter)
    ends = parser.add_mutually_exclusive_group()
    ends.add_argument("--once", action="store_true", help="stop after the sample order; exit 0 only if every step was seen")
    ends.add_argument("--detach", action="store_true", help="return when everything is ready and leave it running")
    ends.add_argument("--stop", action="store_true", help="end what --detach left running")
    parser.add_argument("--json", action="store_true", help="make the last line of output one JSON object: the endpoints")
    parser.add_argument("--dir", type=Path, default=_DEFAULT_FOLDER, help="where it runs (default: %(default)s)")
    parser.add_argument("--build", type=Path, help="take the programs of this build folder as they are, build nothing")
    parser.add_argument(
        "--without", action="append", default=[], choices=servers.SERVICES, metavar="SERVICE",
        help="leave a service out, to see what the others make of it; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--set", action="append", default=[], type=_setting, metavar="SERVICE.NAME=VALUE",
        help="a setting of a service, see docs/configuration.md: notifier.channels=log; may be repeated",
    )  # fmt: skip
    return parser.parse_args(arguments)


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    service, dot, field = name.partition(".")
    if not (equals and dot and field) or service not in servers.SERVICES:
        raise argparse.ArgumentTypeError(f"'{text}' is not SERVICE.NAME=VALUE of {', '.join(servers.SERVICES)}")
    return name, value


def _run(options: argparse.Namespace) -> int:
    began = time.monotonic()
    build = options.build
    if build is None:
        _prepare()
        build = paths.REPOSITORY / "build" / "release"
    stack = Stack(options.dir)
    if stack.describe() is not None:
        raise StackError(f"it runs already in {stack.directory}; end it with tools/run --stop")
    keeper.remove_folder(stack.directory)  # what a run before has left, had it been killed
    signal.signal(signal.SIGTERM, _interrupt)
    names = [name for name in servers.SYSTEM if name not in options.without]
    failed = False
    try:
        _say("starting")
        ours = {"build": str(build.resolve()), "well_known_ports": "yes", "end_in_order": "yes"}
        described = stack.up(names, ours | dict(options.set))
        endpoints = _endpoints(described)
        _say(f"ready after {time.monotonic() - began:.1f} s")
        if options.detach:
            stack.detach()
            _show(options, endpoints)
            return 0
        steps = SampleOrder(endpoints["http"], endpoints["operators"], endpoints["mail"]).run(_tell)
        failed = not all(step.ok for step in steps)
        if failed:
            unseen = ", ".join(step.name for step in steps if not step.ok)
            print(f"tools/run: not seen: {unseen}; the logs stay in {stack.directory}/*/log", file=sys.stderr)
        elif not options.once:
            _show_until_interrupted(options, stack, endpoints)
        if options.once and options.json:
            outcome = {"ok": not failed, "steps": [dataclasses.asdict(step) for step in steps]}
            print(json.dumps(endpoints | outcome), flush=True)
        return 1 if failed else 0
    finally:
        if not options.detach or sys.exc_info()[0] is not None:
            _say("stopping")
            stack.down(keep_data=failed)


def _prepare() -> None:
    _say("setting up and building")
    tools = paths.REPOSITORY / "tools"
    programs = [f"ordermesh-{name}" for name in ("migrate", *servers.SERVICES)]
    for command in ([tools / "setup", "--for", "run"], [tools / "build", "release", *programs, "descriptors"]):
        if subprocess.run(command, stdout=sys.stderr).returncode != 0:
            raise StackError(f"{Path(command[0]).name} failed")


def _endpoints(described: dict[str, Any]) -> dict[str, Any]:
    """Where everything is, by the names that users know."""
    running = described["servers"]
    urls = {name: server["url"] for name, server in running.items() if server["url"]}
    return {
        "http": urls.pop("envoy"),
        "operators": running["envoy"]["operators"],
        **urls,
        "metrics": {
            "edge" if name == "envoy" else name: server["metrics"]
            for name, server in running.items() if "metrics" in server
        },
        "smtp": running["mail"]["smtp"],
        "dir": described["dir"],
    }  # fmt: skip


def _show(options: argparse.Namespace, endpoints: dict[str, Any]) -> None:
    """Where to go next; with --json, what a program needs for that."""
    if options.json:
        print(json.dumps(endpoints), flush=True)
        return
    body = '\'{"customerId": "CUST-0001", "lines": [{"sku": "SKU-0001", "quantity": 2}]}\''
    print(f"""
  Try the API in a browser   {endpoints['http']}/docs/
  Place an order             curl {endpoints['http']}/v1/orders -H 'content-type: application/json' -d {body}
  The same by gRPC           grpcurl -plaintext -d '{{"order": {body[1:-1]}}}' {endpoints['http'].removeprefix('http://')} ordermesh.orders.v1.OrderService/CreateOrder
  List orders                curl '{endpoints['http']}/v1/orders?pageSize=5'
  The operators' API         {endpoints['operators']}/docs/
  Sales by product           curl '{endpoints['operators']}/v1/analytics/sales?groupBy=SALES_GROUP_PRODUCT'
  Made-up traffic            tools/traffic --shop {endpoints['http'].removeprefix('http://')} --operators {endpoints['operators'].removeprefix('http://')}
  Read the e-mails           curl {endpoints['mail']}/messages
  Metrics of a service       curl {endpoints['metrics'].get('gateway')}
  The database               psql {endpoints['postgres']}
  Logs                       {endpoints['dir']}/*/log
  Stop                       {'tools/run --stop' if options.detach else 'Ctrl-C'}{'' if options.dir == _DEFAULT_FOLDER or not options.detach else f' --dir {options.dir}'}
""", flush=True)  # fmt: skip


def _show_until_interrupted(options: argparse.Namespace, stack: Stack, endpoints: dict[str, Any]) -> None:
    """Says where to go next, and when a server has ended by itself. Returns on Ctrl-C, from the first line that it says."""
    told: set[str] = set()
    try:
        _show(options, endpoints)
        while (described := stack.describe()) is not None:
            for name, server in described["servers"].items():
                if server["state"] == "failed" and name not in told:
                    told.add(name)
                    print(f"tools/run: {name} has ended; its log is {server['log']}", file=sys.stderr)
            time.sleep(1)
    except KeyboardInterrupt:
        print(file=sys.stderr)


def _tell(step: Step) -> None:
    print(f"  {'✓' if step.ok else '✗'} {step.name:<13}{step.latency_ms:>9.1f} ms  {step.seen}", flush=True)


def _say(what: str) -> None:
    print(f"tools/run: {what}", file=sys.stderr, flush=True)


def _interrupt(_number: int, _frame) -> None:
    raise KeyboardInterrupt
