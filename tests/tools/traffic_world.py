"""A gRPC server that stands for the edge: a function answers every call."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from concurrent import futures
from typing import Any

import grpc
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2

from ordermesh.traffic.calls import calls

CALLS = calls()


class Refusal(Exception):
    def __init__(self, reason: str, code: str = "INVALID_ARGUMENT") -> None:
        self.code, self.reason = code, reason


class Listener(grpc.GenericRpcHandler):
    """`answer(rpc, request)` gives the reply or raises Refusal, on any thread; `seen` has the RPCs in the order of their coming."""

    def __init__(self, answer: Callable[[str, Any], Any]) -> None:
        self.answer, self.seen = answer, []
        self._by_path = {call.path: (rpc, call) for rpc, call in CALLS.items()}
        self._lock = threading.Lock()

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        rpc, call = self._by_path[details.method]

        def handle(request: Any, context: grpc.ServicerContext) -> Any:
            with self._lock:
                self.seen.append(rpc)
            try:
                return self.answer(rpc, request)
            except Refusal as refusal:
                info = any_pb2.Any()
                info.Pack(error_details_pb2.ErrorInfo(reason=refusal.reason, domain="ordermesh"))
                context.set_trailing_metadata((("grpc-status-details-bin", status_pb2.Status(details=[info]).SerializeToString()),))
                context.abort(getattr(grpc.StatusCode, refusal.code), "no")

        return grpc.unary_unary_rpc_method_handler(handle, call.request.FromString, call.reply.SerializeToString)


@contextlib.contextmanager
def serving(listener: Listener) -> Iterator[str]:
    """Its host:port."""
    server = grpc.server(futures.ThreadPoolExecutor(8), handlers=[listener], options=[("grpc.so_reuseport", 0)])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()
