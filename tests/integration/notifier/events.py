"""Events as the relay publishes them, made without its code."""

import json
import os
import time
import uuid

_STATES = {"accepted", "paid", "shipped", "delivered", "cancelled"}


def uuid7():
    raw = bytearray(int(time.time() * 1000).to_bytes(6, "big") + os.urandom(10))
    raw[6] = raw[6] & 0x0F | 0x70
    raw[8] = raw[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(raw)))


def event(order, version=1, kind=None, event_id=None, lines=1, **more):
    """`kind`: the part of the type that tells what happened. `more`: fields of the data, in their JSON names."""
    kind = kind or ("accepted" if version == 1 else "cancelled")
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    price = {"currencyCode": "EUR", "units": "3", "nanos": 500000000}
    data = {
        "orderId": order, "orderVersion": str(version), "customerId": "CUST-0001",
        "state": f"ORDER_STATE_{kind.upper() if kind in _STATES else 'ACCEPTED'}",
        "lines": [{"productId": uuid7(), "sku": f"SKU-{n:04}", "name": f"Café {n}", "quantity": 2, "unitPrice": price}
                  for n in range(lines)],
        "total": {"currencyCode": "EUR", "units": str(7 * lines)}, "acceptTime": now, **more,
    }  # fmt: skip
    return json.dumps({
        "specversion": "1.0", "id": event_id or uuid7(), "type": f"ordermesh.order.{kind}.v1", "source": "/ordermesh/orders",
        "subject": order, "time": now, "datacontenttype": "application/json",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "data": data,
    }).encode()  # fmt: skip
