"""The command line of tools/bench/bench."""

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.dont_write_bytecode = True

from durability import check_durability  # noqa: E402
from effects import Effects  # noqa: E402
from gate import Gate  # noqa: E402
from procs import Processes  # noqa: E402
from system import System  # noqa: E402

_DESCRIPTION = """\
Starts the whole system (or takes one that runs), checks on the live servers that what is acknowledged is on the disk,
places orders on a fixed schedule, and prints orders/s, latencies, the CPU that each process spends on an order, memory,
time to ready, and how soon every effect is done. Notifications go through the channel `log`; the row SENT in the ledger is
the effect. Exit code 0 only if every figure of the gate holds.
"""


@dataclass
class Run:
    name: str
    rate: float  # 0: as much as it takes
    seconds: float
    http: bool = False  # through Envoy's transcoder


def main() -> int:
    options = _parse()
    with tempfile.TemporaryDirectory(prefix="ordermesh-bench-", dir="/var/tmp") as scratch:
        system = System.attach(options.dir) if options.dir else System.start(Path(scratch) / "run", options.build)
        with system:
            return _measure(system, options)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "tools/bench/bench", description=_DESCRIPTION, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--dir", type=Path, help="the folder of a system that tools/run --detach left running")
    parser.add_argument("--build", type=Path, help="take the programs of this build folder, build nothing")
    parser.add_argument("--rate", type=float, default=3000, help="orders/s of the gate (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=60, help="how long at that rate (default: %(default)s)")
    parser.add_argument("--smoke", action="store_true", help="a few seconds at 200 orders/s; only that it works")
    parser.add_argument("--max", action="store_true", help="also: what it takes with 256 calls in flight, 20 s")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    return parser.parse_args()


def _measure(system: System, options: argparse.Namespace) -> int:
    _load(system, Run("first orders", 50, 1))  # so that the stores have something to show
    check_durability(system)
    system.notify_by_log_only()
    gate = Gate()
    figures: dict = {"ready_ms": {}, "runs": {}}
    if not options.smoke:
        for name in system.services():
            figures["ready_ms"][name] = gate.at_most(f"{name}: start to ready, ms", system.time_to_ready_ms(name), 300)
    runs = _runs(options)
    for run in runs:
        figures["runs"][run.name] = _run(system, run, gate, options.smoke)
    # Printed; judged only by whether every order got through.
    for run in _runs_apart(options):
        if run.name == "by e-mail":
            system.notify_by_mail()
        figures["runs"][run.name] = _run(system, run, gate, smoke=True)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))
    return gate.verdict(judged=not options.smoke)


def _runs(options: argparse.Namespace) -> list[Run]:
    if options.smoke:
        return [Run("smoke", 200, 4)]
    return [
        Run("500/s", 500, 20),
        Run("80 %", options.rate * 0.8, 30),
        Run("gate", options.rate, options.seconds),
    ]


def _runs_apart(options: argparse.Namespace) -> list[Run]:
    if options.smoke:
        return [Run("HTTP through Envoy", 50, 2, http=True)]
    runs = [Run("HTTP through Envoy", 1000, 20, http=True), Run("by e-mail", 300, 20)]
    return [Run("max", 0, 20), Run("max, HTTP through Envoy", 0, 20, http=True), *runs] if options.max else runs


def _run(system: System, run: Run, gate: Gate, smoke: bool) -> dict:
    print(f"\n{run.name}: {run.rate:.0f} orders/s for {run.seconds:.0f} s" if run.rate else f"\n{run.name}", flush=True)
    effects = Effects(system)
    processes = Processes(system)
    before = processes.read()
    load = _load(system, run)
    done = effects.wait(load["ok_in_all"])
    after = processes.read()
    print(
        f"  accepted {load['ok']} of {load['scheduled']}, {load['ok_per_second']:.0f}/s   "
        f"p50 {load['p50_ms']:.2f}  p99 {load['p99_ms']:.2f}  p99.9 {load['p999_ms']:.2f}  max {load['max_ms']:.1f} ms   "
        f"{load['codes']}"
    )
    print(
        f"  effects after the last order: notifications {done.notified_s:.2f} s, sales {done.counted_s:.2f} s"
        + (f"  ({done.missing})" if done.missing else "")
    )
    usage = processes.usage(before, after, load["ok_in_all"], load["cpu_us_per_call"])
    for line in usage.lines():
        print("  " + line)
    figures = {"load": load, "notified_s": done.notified_s, "counted_s": done.counted_s, **usage.figures()}
    if smoke:
        gate.equal(f"{run.name}: accepted", load["ok"], load["scheduled"])
    else:
        _judge(run, load, usage, gate)
    if done.missing:
        gate.fail(f"{run.name}: {done.missing}")
    elif not smoke:
        gate.at_most(f"{run.name}: effects done, s", max(done.notified_s, done.counted_s), 3)
    return figures


def _judge(run: Run, load: dict, usage, gate: Gate) -> None:
    gate.equal(f"{run.name}: accepted", load["ok"], load["scheduled"])
    if run.name == "500/s":
        gate.at_most("500/s: p50, ms", load["p50_ms"], 4)
        gate.at_most("500/s: p99, ms", load["p99_ms"], 15)
    if run.name == "80 %":
        gate.at_most("80 %: p99, ms", load["p99_ms"], 40)
    if run.name == "gate":
        for name, mib in usage.own_rss_mib().items():
            gate.at_most(f"{name}: memory, MiB", mib, 50)


def _load(system: System, run: Run) -> dict:
    target = system.http.removeprefix("http://") if run.http else system.gateway
    command = [str(system.program("ordermesh-bench")), f"--target={target}", f"--seconds={run.seconds}"]
    command += ["--warm_up=2", f"--http={str(run.http).lower()}"]
    command += [f"--rate={run.rate}"] if run.rate else ["--max_rate", "--in_flight=256"]
    ended = subprocess.run(command, capture_output=True, text=True)
    if ended.returncode != 0:
        sys.exit(f"tools/bench/bench: {ended.stderr.strip() or ended.stdout.strip()}")
    return json.loads(ended.stdout)


if __name__ == "__main__":
    sys.exit(main())
