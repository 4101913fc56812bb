"""One shape of refusals over all services: whoever makes the same mistake anywhere is told the same, in the same details."""

import functools
import uuid

import grpc
import psycopg
import pytest
from google.rpc import error_details_pb2, status_pb2

import stubs

SERVERS = {"orders": "gateway", "validation": "validation", "notifications": "notifier", "analytics": "analytics",
           "products": "catalog", "stock": "catalog", "customers": "catalog"}
# What is an id of somebody else's, not a UUID of ours.
TEXTS = {"request_id", "customer_id"}
DETAILS = {message.DESCRIPTOR.full_name: message for message in (
    error_details_pb2.ErrorInfo, error_details_pb2.BadRequest, error_details_pb2.RetryInfo)}


def mistake(field):
    """What is wrong in this field, and the reason that it has to be told with; None for a field that takes anything."""
    of_customer = field.file.name.endswith("/customers.proto")  # whose ids are texts
    if field.type == field.TYPE_STRING and field.name.endswith(("id", "ids")) and field.name not in TEXTS and not of_customer:
        return "nonsense", "ID_MALFORMED"
    if field.type == field.TYPE_ENUM:
        return 999, "FILTER_MALFORMED"
    return {"page_size": (-1, "PAGE_SIZE_NEGATIVE"), "page_token": ("forged", "PAGE_TOKEN_INVALID"),
            "skip": (-1, "SKIP_OUT_OF_RANGE")}.get(field.name)


def mistakes():
    """(server, method, field, value, reason) of each mistake that can be made in a field of a request of any RPC."""
    protos = stubs.load()
    for package, server in SERVERS.items():
        for service in getattr(protos, package).DESCRIPTOR.services_by_name.values():
            for method in service.methods:
                for field in method.input_type.fields:
                    if (wrong := mistake(field)) is not None:
                        yield pytest.param(server, method, field, *wrong, id=f"{method.name}-{field.name}")


MISTAKES = list(mistakes())


@functools.cache
def message_class(descriptor):
    return descriptor._concrete_class


def call(channel, method, request, timeout=5):
    """Starts it; the answer of a stream is its first one."""
    path = f"/{method.containing_service.full_name}/{method.name}"
    serialize, parse = message_class(method.input_type).SerializeToString, message_class(method.output_type).FromString
    if method.server_streaming:
        return next(channel.unary_stream(path, serialize, parse)(request, timeout=timeout))
    return channel.unary_unary(path, serialize, parse).future(request, timeout=timeout)


def refused(system, server, method, request):
    with grpc.insecure_channel(system.endpoints[server]) as channel, pytest.raises(grpc.RpcError) as refusal:
        call(channel, method, request).result()
    return refusal.value


def details_of(refusal):
    """{name of the type: detail} of a refusal; each may be there once."""
    (raw,) = [value for key, value in refusal.trailing_metadata() if key == "grpc-status-details-bin"]
    status = status_pb2.Status.FromString(raw)
    assert (status.code, status.message) == (refusal.code().value[0], refusal.details())
    details = {}
    for packed in status.details:
        kind = DETAILS[packed.type_url.rpartition("/")[2]]
        detail = details[kind.DESCRIPTOR.name] = kind()
        assert packed.Unpack(detail)
    assert len(details) == len(status.details)
    return details


def assert_field_refused(refusal, reason, field):
    assert refusal.code() == grpc.StatusCode.INVALID_ARGUMENT, refusal
    details = details_of(refusal)
    assert details.keys() == {"ErrorInfo", "BadRequest"}, details
    assert (details["ErrorInfo"].reason, details["ErrorInfo"].domain) == (reason, "ordermesh")
    (violation,) = details["BadRequest"].field_violations
    assert (violation.field, violation.reason) == (field, reason)
    assert refusal.details() == f"{field}: {violation.description}"
    return violation.description


def test_the_mistakes_are_those_of_every_service_with_lists():
    assert {param.values[0] for param in MISTAKES} == {"gateway", "notifier", "analytics", "catalog"}
    assert len(MISTAKES) >= 15


def methods():
    """(server, method) of every RPC."""
    protos = stubs.load()
    return [pytest.param(server, method, id=method.name) for package, server in SERVERS.items()
            for service in getattr(protos, package).DESCRIPTOR.services_by_name.values() for method in service.methods
            if not method.client_streaming]  # which ends when its client does


@pytest.mark.parametrize(("server", "method"), methods())
def test_every_rpc_is_answered(system, server, method):
    """One that a server knows of and nobody serves would wait for its client's deadline."""
    with grpc.insecure_channel(system.endpoints[server]) as channel:
        try:
            call(channel, method, message_class(method.input_type)()).result()
        except grpc.RpcError as refusal:
            assert refusal.code() not in (grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.UNIMPLEMENTED)


TOLD: dict[str, str] = {}


@pytest.mark.parametrize(("server", "method", "field", "value", "reason"), MISTAKES)
def test_the_same_mistake_is_told_the_same(system, server, method, field, value, reason):
    repeated = field.is_repeated
    needed = {"product_id": str(uuid.uuid4())} if "product_id" in method.input_type.fields_by_name else {}
    request = message_class(method.input_type)(**needed | {field.name: [value] if repeated else value})
    name = f"{field.name}[0]" if repeated and reason == "ID_MALFORMED" else field.name
    description = assert_field_refused(refused(system, server, method, request), reason, name)
    if reason != "FILTER_MALFORMED":  # whose values differ from list to list
        assert TOLD.setdefault(reason, description) == description


@pytest.mark.parametrize(("package", "service", "name", "field"), [
    ("validation", "ValidationService", "BatchValidateOrders", "orders"),
    ("notifications", "NotificationService", "RedriveDeadLetters", "ids"),
    ("products", "ProductService", "BatchGetProducts", "ids"),
])
def test_an_empty_batch_is_told_the_same(system, package, service, name, field):
    method = getattr(system.protos, package).DESCRIPTOR.services_by_name[service].methods_by_name[name]
    assert_field_refused(refused(system, SERVERS[package], method, message_class(method.input_type)()),
                         "BATCH_SIZE_OUT_OF_RANGE", field)


@pytest.mark.parametrize(("package", "service", "name", "table"), [
    ("orders", "OrderService", "ListOrders", "orders.orders"),
    ("notifications", "NotificationService", "ListNotifications", "notifications.notifications"),
    ("analytics", "AnalyticsService", "QuerySales", "analytics.sales"),
    ("analytics", "AnalyticsService", "ListConsumerLags", "analytics.offsets"),
    ("products", "ProductService", "ListProducts", "catalog.products"),
])
def test_overload_is_told_the_same(system, package, service, name, table):
    """More calls than may wait and more than may be in progress, while the database answers none."""
    method = getattr(system.protos, package).DESCRIPTOR.services_by_name[service].methods_by_name[name]
    request = message_class(method.input_type)()
    with psycopg.connect(system.endpoints["postgres"]) as holder, grpc.insecure_channel(system.endpoints[SERVERS[package]]) as channel:
        holder.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        calls = [call(channel, method, request, timeout=3) for _ in range(1500)]
        refusals = [each.exception() for each in calls]
    overloads = [refusal for refusal in refusals if refusal is not None and refusal.code() == grpc.StatusCode.RESOURCE_EXHAUSTED]
    assert overloads
    for refusal in overloads:
        details = details_of(refusal)
        assert details.keys() == {"ErrorInfo", "RetryInfo"}, details
        assert (details["ErrorInfo"].reason, details["ErrorInfo"].domain) == ("OVERLOADED", "ordermesh")
        assert details["RetryInfo"].retry_delay.ToMilliseconds() > 0
    # Whatever else was answered in the meantime says when to come back, too.
    for refusal in refusals:
        if refusal is not None and refusal.code() == grpc.StatusCode.UNAVAILABLE and refusal.trailing_metadata():
            assert "RetryInfo" in details_of(refusal)
