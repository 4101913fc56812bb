"""The command line of tools/traffic."""

import argparse
import asyncio
import itertools
import json
import secrets
import signal
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

from .calls import calls
from .plan import plan
from .request import Request
from .sender import Sender
from .tally import Tally

_DESCRIPTION = """\
Sends made-up traffic to a running system, by gRPC through the edge, at a steady rate: customers order, also wrongly and the
same twice, orders are read, paid for, shipped, delivered and cancelled, and the catalogue changes. Until Ctrl-C, or until
--count requests are sent; then it says how many of each answer came, and how fast.

What is sent follows from the seed alone: the same seed gives the same requests in the same order, request ids included.
Only the ids and etags of what was created are taken from the answers, and a request about something that was refused is
left out. So a second run with the same seed repeats the first, and a system that has seen it gives the same orders again.

  tools/run --detach && tools/traffic                  ten requests a second
  tools/traffic --rate 100 --count 6000 --seed 7       a minute of them
  tools/traffic --seed 7 --count 20 --print            what that would begin with
"""


def main() -> int:
    options = _parse()
    requests: Iterable[Request] = itertools.islice(plan(options.seed, not options.orders_only), options.count)
    if options.print:
        for number in (signal.SIGINT, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        for request in requests:
            print(json.dumps(request.as_json(), ensure_ascii=False))
        return 0
    tally = Tally()
    print(f"tools/traffic: seed {options.seed}; to {options.shop} and, for operators, {options.operators}", file=sys.stderr)
    began = time.monotonic()
    asyncio.run(_send(requests, options, tally))
    seconds = time.monotonic() - began
    print(tally.summary())
    print(f"{tally.sent} requests in {seconds:.1f} s, {tally.sent / seconds:.1f} a second; seed {options.seed}")
    if options.json:
        print(json.dumps({"seed": options.seed, "seconds": round(seconds, 1), **tally.as_json()}))
    return 0 if tally.taken else 1


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser("tools/traffic", description=_DESCRIPTION, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rate", type=_number(float, 0.001, 10_000), default=10.0, metavar="N", help="requests a second (default: 10)")
    parser.add_argument("--count", type=_number(int, 1, 10**12), metavar="N", help="end after so many (default: go on until Ctrl-C)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), metavar="N", help="what is sent (default: something new, which is told)")
    parser.add_argument("--shop", default="127.0.0.1:8080", metavar="HOST:PORT", help="the edge's public port (default: %(default)s)")
    parser.add_argument("--operators", default="127.0.0.1:8081", metavar="HOST:PORT", help="the operators' port (default: %(default)s)")
    parser.add_argument("--orders-only", action="store_true", help="leave the catalogue as it is: orders, and what becomes of them")
    parser.add_argument("--json", action="store_true", help="make the last line of output one JSON object: the summary")
    parser.add_argument("--print", action="store_true", help="send nothing; print each request as a line of JSON")
    return parser.parse_args()


def _number(kind: type, least: float, most: float) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        try:
            if least <= (number := kind(text)) <= most:
                return number
        except ValueError:
            pass
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from {least} to {most}")

    return read


async def _send(requests: Iterable[Request], options: argparse.Namespace, tally: Tally) -> None:
    """Ctrl-C and SIGTERM stop it: what is under way is answered first."""
    sender = Sender(calls(), {"shop": options.shop, "operators": options.operators}, tally)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, sender.stop)
    progress = asyncio.create_task(_tell(sender, tally))
    await sender.send(requests, options.rate)
    progress.cancel()
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)


async def _tell(sender: Sender, tally: Tally) -> None:
    """A line that is written over each second; into a file, one every ten seconds."""
    began = time.monotonic()
    start, end, interval = ("\r", "\033[K", 1) if sys.stderr.isatty() else ("", "\n", 10)
    while True:
        await asyncio.sleep(interval)
        seconds = time.monotonic() - began
        print(f"{start}{seconds:.0f} s: {tally.sent} answered, {tally.taken} of them OK, {tally.unplanned} not as planned; "
              f"{sender.under_way} under way, {tally.left_out} left out", end=end, file=sys.stderr, flush=True)  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
