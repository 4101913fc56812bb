"""Places many orders over gRPC with a bounded number in flight, with the documented retries, and keeps what came of each."""

import random
import threading
import uuid

import grpc

RETRY = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.ABORTED,
         grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED}


class Load:
    """`count` orders of 1 to 3 lines of `skus`, a part of them cancelled again, from `threads` threads; seeded.

    After `run`: `acknowledged` (request id → order id), `cancelled` (order ids), `refused` (request id → code),
    `unknown` (request ids whose every attempt failed), `unanswered` (request id → request, of orders among them),
    `retries`."""

    def __init__(self, system, count, skus, threads=32, seed=1, cancel=0.0, attempts=60):
        self._system, self._count, self._skus = system, count, skus
        self._threads, self._seed, self._cancel, self._attempts = threads, seed, cancel, attempts
        self._lock = threading.Lock()
        self.acknowledged, self.cancelled, self.refused, self.unknown, self.retries = {}, set(), {}, set(), 0
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
            if random_.random() < self._cancel:
                cancel = self._system.protos.orders.CancelOrderRequest(id=order.id)
                if self._retried(request_id, lambda: self._system.orders.CancelOrder(cancel, timeout=5)):
                    with self._lock:
                        self.cancelled.add(order.id)

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
