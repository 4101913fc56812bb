#!/bin/sh
# place_order.sh EDGE OPERATORS: what `helm test` runs: one order by HTTP through Envoy, until its notification is sent and its sale is counted. Every step is
# printed; the first that fails ends the test.
set -eu
edge=$1
operators=$2
sku=SKU-0001
patience_s=${PATIENCE_S:-60}

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

ask() { curl --silent --show-error --fail-with-body --max-time 10 "$@"; }

# The value of a JSON member, text or number.
member() { sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p" | head -n 1; }

orders_sold() {
  rows=$(ask "$operators/v1/analytics/sales?sku=$sku") || fail "the sales figures can't be read: $rows"
  count=$(echo "$rows" | member orders)
  echo "${count:-0}"
}

# until WHAT COMMAND…: tries once a second; the command prints what it saw, and fails until it is content.
until_seen() {
  what=$1
  shift
  waited=0
  until seen=$("$@"); do
    [ "$waited" -lt "$patience_s" ] || fail "$what: not within $patience_s s; last seen: $seen"
    sleep 1
    waited=$((waited + 1))
  done
  echo "ok: $what after about $waited s: $seen"
}

edge_ready() { ask "$edge/readyz" 2>&1; }

notification_sent() {
  answer=$(ask "$operators/v1/notifications?orderId=$order" 2>&1) || { echo "$answer"; return 1; }
  state=$(echo "$answer" | member state)
  echo "${state:-no notification yet}"
  [ "$state" = NOTIFICATION_STATE_SENT ]
}

sale_counted() {
  now=$(orders_sold)
  echo "$now orders of $sku, before $before"
  [ "$now" -gt "$before" ]
}

until_seen "the edge is ready" edge_ready
before=$(orders_sold)
echo "ok: the sales figures were read: $before orders of $sku so far"

answer=$(ask "$edge/v1/orders" -H 'content-type: application/json' -H "idempotency-key: helm-test-$(date +%s)-$$" \
  -d "{\"customerId\": \"CUST-0001\", \"lines\": [{\"sku\": \"$sku\", \"quantity\": 1}]}") ||
  fail "the order was refused: $answer"
order=$(echo "$answer" | member id)
[ -n "$order" ] || fail "the answer has no order id: $answer"
echo "ok: the order was accepted: $order"

until_seen "its notification was sent" notification_sent
until_seen "its sale was counted" sale_counted
echo "PASSED"
