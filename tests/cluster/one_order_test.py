"""An order by HTTP through Envoy's Service and one by gRPC: the bodies that run against one machine, unchanged."""

from idempotency_test import *  # noqa: F401, F403
from order_flow_test import *  # noqa: F401, F403
from privacy_test import *  # noqa: F401, F403
