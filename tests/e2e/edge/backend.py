"""A gRPC server that plays every service behind the edge: it notes what it is asked and answers what a test wants."""

from collections.abc import Iterable
from concurrent import futures
from dataclasses import dataclass, field
from typing import Any, Callable

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection


@dataclass
class Call:
    """One call as a service sees it; `request` is the message as JSON, without what is unset."""

    method: str
    request: dict[str, Any]
    metadata: dict[str, str]


@dataclass
class Refusal(Exception):
    """Makes the backend refuse with a google.rpc.Status."""

    code: str
    message: str = "no"
    reason: str | None = None
    fields: list[tuple[str, str]] = field(default_factory=list)
    states: list[tuple[str, str]] = field(default_factory=list)
    retry_ms: int | None = None
    more: list[Any] = field(default_factory=list)

    def status(self) -> status_pb2.Status:
        status = status_pb2.Status(code=code_pb2.Code.Value(self.code), message=self.message)
        if self.reason:
            status.details.add().Pack(error_details_pb2.ErrorInfo(reason=self.reason, domain="ordermesh"))
        if self.fields:
            broken = [{"field": name, "description": text, "reason": "SOME_RULE"} for name, text in self.fields]
            status.details.add().Pack(error_details_pb2.BadRequest(field_violations=broken))
        if self.states:
            broken = [{"type": kind, "subject": subject, "description": "no"} for kind, subject in self.states]
            status.details.add().Pack(error_details_pb2.PreconditionFailure(violations=broken))
        if self.retry_ms is not None:
            info = error_details_pb2.RetryInfo()
            info.retry_delay.FromMilliseconds(self.retry_ms)
            status.details.add().Pack(info)
        status.details.extend(self.more)
        return status


class Contract:
    """The descriptors that Envoy reads, as messages of Python."""

    def __init__(self, files: Iterable[descriptor_pb2.FileDescriptorProto]) -> None:
        self.pool = descriptor_pool.DescriptorPool()
        for file in files:
            self.pool.Add(file)

    def method(self, path: str):
        """The descriptor of /package.Service/Method."""
        service, name = path.strip("/").split("/")
        return self.pool.FindServiceByName(service).methods_by_name[name]

    def message(self, descriptor):
        return message_factory.GetMessageClass(descriptor)


class Backend(grpc.GenericRpcHandler):
    """`answer(method, request)` gives the reply as JSON, a list of them for a stream, or raises Refusal. `groups` are what it says it
    serves by grpc.health.v1."""

    def __init__(self, contract: Contract, groups: Iterable[str]) -> None:
        self.contract = contract
        self.calls: list[Call] = []
        self.answer: Callable[[str, dict], Any] = lambda method, request: {}
        self._server = grpc.server(futures.ThreadPoolExecutor(8), options=[("grpc.so_reuseport", 0)])
        self._server.add_generic_rpc_handlers((self,))
        healthy = health.HealthServicer()
        for group in groups:
            healthy.set(group, health_pb2.HealthCheckResponse.SERVING)
        health_pb2_grpc.add_HealthServicer_to_server(healthy, self._server)
        reflection.enable_server_reflection(["ordermesh.orders.v1.OrderService"], self._server, contract.pool)
        self.port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()

    def stop(self) -> None:
        self._server.stop(None).wait()

    def reset(self) -> None:
        self.calls.clear()
        self.answer = lambda method, request: {}

    def service(self, details: grpc.HandlerCallDetails):
        if not details.method.startswith("/ordermesh."):
            return None
        method = self.contract.method(details.method)
        request_class = self.contract.message(method.input_type)
        reply_class = self.contract.message(method.output_type)

        def note(request, context) -> Any:
            seen = json_format.MessageToDict(request)
            metadata = {key: value for key, value in context.invocation_metadata() if isinstance(value, str)}
            self.calls.append(Call(f"{method.containing_service.name}.{method.name}", seen, metadata))
            return self.answer(method.name, seen)

        def refuse(refusal: Refusal, context) -> None:
            status = refusal.status()
            context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
            context.abort(getattr(grpc.StatusCode, refusal.code), refusal.message)

        def unary(request, context):
            try:
                return json_format.ParseDict(note(request, context), reply_class())
            except Refusal as refusal:
                refuse(refusal, context)

        def stream(request, context):
            try:
                for reply in note(request, context):
                    if isinstance(reply, Refusal):
                        raise reply
                    yield json_format.ParseDict(reply, reply_class())
            except Refusal as refusal:
                refuse(refusal, context)

        def conversation(requests, context):
            for request in requests:
                yield from stream(request, context)

        if method.client_streaming:
            kind, handler = grpc.stream_stream_rpc_method_handler, conversation
        elif method.server_streaming:
            kind, handler = grpc.unary_stream_rpc_method_handler, stream
        else:
            kind, handler = grpc.unary_unary_rpc_method_handler, unary
        return kind(handler, request_class.FromString, reply_class.SerializeToString)
