"""Places many orders over gRPC with a bounded number in flight, with the documented retries, and keeps what came of each."""

import random
import threading
import uuid

import grpc

RETRY = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.ABORTED,
         grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED}


class Load:
    """`count` orders of 1 to 3 lines of `skus` from `threads` threads; seeded. A part of them, `pay`, is paid, half of those
    shipped, and half of those delivered; then a part of all that were not shipped, `cancel`, is cancelled.

    After `run`: `acknowledged` (request id → order id), `cancelled`, `paid`, `shipped`, `delivered` (order ids; what was paid
    and then cancelled is in both), `refused` (request id → code),
    `unknown` (request ids whose every attempt failed), `unanswered` (request id → request, of orders among them),
    `retries`."""

    def __init__(self, system, count, skus, threads=32, seed=1, cancel=0.0, pay=0.0, attempts=60):
        self._system, self._count, self._skus = system, count, skus
        self._threads, self._seed, self._cancel, self._pay, self._attempts = threads, seed, cancel, pay, attempts
        self._lock = threading.Lock()
        self.acknowledged, self.refused, self.unknown, self.retries = {}, {}, set(), 0
        self.cancelled, self.paid, self.shipped, self.delivered = set(), set(), set(), set()
        self.unanswered = {}
        self.stop = threading.Event()

    def run(self):
        workers = [threading.Thread(target=self._work, args=(number,)) for number in range(self._threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return self

    def start(self):
        thread = threading.Thread(target=self.run)
        thread.start()
        return thread

    def _work(self, number):
        random_ = random.Random(self._seed * 1000 + number)
        for _ in range(number, self._count, self._threads):
            if self.stop.is_set():
                return
            lines = [(sku, random_.randint(1, 3)) for sku in random_.sample(self._skus, random_.randint(1, 3))]
            request_id = str(uuid.UUID(int=random_.getrandbits(128)))
            request = self._system.order_request(
                *lines, customer=f"CUST-{random_.randint(0, 999):04}", request_id=request_id)
            order = self._retried(request_id, lambda: self._system.orders.CreateOrder(request, timeout=5))
            if order is None:
                with self._lock:
                    if request_id not in self.refused:
                        self.unanswered[request_id] = request
                continue
            with self._lock:
                self.acknowledged[request_id] = order.id
            # Drawn whether or not they are used: the lines of the orders behind depend on the seed alone.
            pay, ship, deliver, cancel = (random_.random() for _ in range(4))
            shipped = False
            if pay < self._pay and self._move(request_id, order.id, "Pay", self.paid) and ship < 0.5:
                shipped = self._move(request_id, order.id, "Ship", self.shipped)
                if shipped and deliver < 0.5:
                    self._move(request_id, order.id, "Deliver", self.delivered)
            if cancel < self._cancel and not shipped:
                self._move(request_id, order.id, "Cancel", self.cancelled)

    def _move(self, request_id, order_id, verb, done):
        """Whether PayOrder, ShipOrder, DeliverOrder or CancelOrder did it; `done` has the order then."""
        request = getattr(self._system.protos.orders, f"{verb}OrderRequest")(id=order_id)
        if self._retried(request_id, lambda: getattr(self._system.orders, f"{verb}Order")(request, timeout=5)) is None:
            return False
        with self._lock:
            done.add(order_id)
        return True

    def _retried(self, request_id, call):
        for _ in range(self._attempts):
            try:
                return call()
            except grpc.RpcError as error:
                if error.code() not in RETRY:
                    with self._lock:
                        self.refused[request_id] = error.code()
                    return None
                with self._lock:
                    self.retries += 1
                self.stop.wait(0.25)  # the pause of the documented retry policy
        with self._lock:
            self.unknown.add(request_id)
        return None
