"""Orders on a schedule, whatever becomes of them: an outage makes calls wait and repeat, never the next ones late.

Through Envoy's port, over gRPC, with the retries that docs/errors.md documents.
"""

import asyncio
import collections
import dataclasses
import random
import threading
import time
import uuid

import grpc
import psycopg

from agreement import agree
from load import RETRY

# None that the end-to-end tests count on.
SKUS = [f"SKU-{number:04}" for number in range(200, 400)]
CUSTOMERS = [f"CUST-{number:04}" for number in range(800, 1000)]
CHANNELS = 4


@dataclasses.dataclass
class Call:
    """One order, from its place in the schedule to its last attempt. Times are of time.monotonic()."""

    request_id: str
    due: float
    sent: float = 0.0
    ended: float = 0.0
    first_failure: str = ""  # what the first attempt failed with
    attempts: int = 0
    order_id: str = ""
    cancels: bool = False  # not on the schedule: it follows its order
    failure: str = ""  # what the last attempt failed with, when there were no more


class PacedLoad:
    """`rate` orders a second until `stop`, a part of them cancelled again. Runs in a thread of its own.

    A call is tried again for `patience_s`. Results may be read after `stop`."""

    def __init__(self, system, rate, skus, patience_s=60, cancel=0.05, seed=1):
        self._system, self._rate, self._skus = system, rate, skus
        self._patience_s, self._cancel, self._random = patience_s, cancel, random.Random(seed)
        self._over = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self.calls, self.cancelled = [], set()
        self.began = self.ended = 0.0

    def start(self):
        self._thread.start()
        return self

    def stop(self):
        """Ends the schedule, and waits until every call has its outcome."""
        self._over.set()
        self._thread.join()
        return self

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def await_agreement(self, within_s=180):
        """Database, Kafka, notifications, rollups and stock agree by then, and have every order that was acknowledged."""
        # The port-forward to a pod that has been replaced fails once.
        agree(self._system, self.acknowledged, within=within_s, passing=psycopg.OperationalError)

    # What came of it.

    @property
    def acknowledged(self):
        return [call.order_id for call in self.calls if call.order_id]

    @property
    def failed(self):
        """Calls that failed for good, in words."""
        return [f"{call.request_id}: {call.failure} after {call.attempts} attempts" for call in self.calls if call.failure]

    @property
    def failed_without_retries(self):
        return [call.first_failure for call in self.calls if call.first_failure]

    @property
    def retries(self):
        return sum(call.attempts - 1 for call in self.calls)

    @property
    def kept_of_schedule(self):
        """The part of the scheduled orders that were sent within a second of when they were due."""
        scheduled = (self.ended - self.began) * self._rate
        return sum(call.sent - call.due <= 1 for call in self.calls if not call.cancels) / scheduled

    def longest_gap(self, since, until):
        """The longest time in it in which no order was accepted."""
        times = sorted(call.ended for call in self.calls if call.order_id and since <= call.ended <= until)
        return max(later - earlier for earlier, later in zip([since, *times], [*times, until]))

    def summary(self):
        """What came of it, and with what first attempts failed."""
        reasons = collections.Counter(self.failed_without_retries).most_common(8)
        return "".join([self._counts(), *(f"\n  {count:5} × {reason}" for reason, count in reasons)])

    def _counts(self):
        return (f"{len(self.calls)} calls, {len(self.acknowledged)} orders accepted, {len(self.cancelled)} cancelled, "
                f"{self.retries} retries; {len(self.failed)} failed; {self.kept_of_schedule:.1%} of the schedule\n"
                f"without retries: {len(self.failed_without_retries)} failed")

    # The sending.

    async def _run(self):
        options = [("grpc.use_local_subchannel_pool", 1)]  # connections of its own for each
        channels = [grpc.aio.insecure_channel(self._system.edge, options) for _ in range(CHANNELS)]
        stubs = [self._system.protos.orders_grpc.OrderServiceStub(channel) for channel in channels]
        tasks = []
        self.began = due = time.monotonic()
        while not self._over.is_set():
            tasks.append(asyncio.create_task(self._order(stubs[len(tasks) % CHANNELS], due)))
            due += 1 / self._rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
        self.ended = time.monotonic()
        await asyncio.gather(*tasks)
        for channel in channels:
            await channel.close()

    async def _order(self, stub, due):
        pick = self._random
        lines = [(sku, pick.randint(1, 3)) for sku in pick.sample(self._skus, pick.randint(1, 3))]
        call = Call(str(uuid.UUID(int=pick.getrandbits(128))), due)
        cancels = pick.random() < self._cancel
        request = self._system.order_request(*lines, customer=pick.choice(CUSTOMERS), request_id=call.request_id)
        self.calls.append(call)
        call.sent = time.monotonic()
        order = await self._with_retries(call, lambda: stub.CreateOrder(request, timeout=5))
        call.ended = time.monotonic()
        if order is None:
            return
        call.order_id = order.id
        if cancels:
            # A call like any other: it has to succeed too.
            call = Call(call.request_id, call.ended, time.monotonic(), cancels=True)
            cancel = self._system.protos.orders.CancelOrderRequest(id=order.id)
            if await self._with_retries(call, lambda: stub.CancelOrder(cancel, timeout=5)) is not None:
                self.cancelled.add(order.id)
            call.ended = time.monotonic()
            self.calls.append(call)

    async def _with_retries(self, call, attempt):
        """The answer, or None. Keeps in `call` how it went."""
        pause_s, give_up = 0.1, time.monotonic() + self._patience_s
        while True:
            call.attempts += 1
            try:
                return await attempt()
            except grpc.aio.AioRpcError as error:
                said = f"{error.code().name}: {error.details()}"
                call.first_failure = call.first_failure or said
                if error.code() not in RETRY or time.monotonic() > give_up:
                    call.failure = said
                    return None
            await asyncio.sleep(pause_s * (0.5 + self._random.random()))
            pause_s = min(pause_s * 2, 2.0)
