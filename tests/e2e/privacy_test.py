"""No personal data outside of its table: a canary is looked for in every log, metric, record and message."""

from system import eventually

EMAIL, NOTE = "canary.7f3a@example.com", "canary-note-91bd"


def assert_clean(text, what):
    """Neither the contact nor the note, also where JSON or the log has escaped it."""
    for canary in (EMAIL, NOTE, EMAIL.split("@")[0]):
        assert canary not in text, f"{canary} is in {what}"


def readable(value):
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def test_a_canary_is_in_the_database_and_nowhere_else(system):
    with system.published() as messages:
        order = system.place(("SKU-0600", 1), contact={"email": EMAIL}, note=NOTE)
        status, _, cancelled = system.http("POST", f"/v1/orders/{order['id']}:cancel", {})
        assert status == 200, cancelled
        refused = system.http("POST", "/v1/orders", {
            "customerId": "CUST-0001", "contact": {"email": EMAIL}, "note": NOTE, "lines": [{"sku": "SKU-0600", "quantity": 0}]})
        assert refused[0] == 400
        eventually(lambda: system.mails(order["id"]), lambda mails: len(mails) == 2, what="the e-mails")
        records = eventually(lambda: system.kafka_records(order["id"]), lambda records: len(records) == 2, what="the records")
        sent = eventually(lambda: [message for message in messages() if order["id"] in message],
                          lambda found: len(found) == 2, what="the messages")

    # The control: it is where it belongs.
    assert system.sql("SELECT contact_email, note FROM orders.orders WHERE id = %s", order["id"]) == [(EMAIL, NOTE)]

    for message in sent:  # as RabbitMQ has it: properties, headers and body
        assert_clean(message, "RabbitMQ")
    for record in records:  # key, headers and value
        assert_clean(record, "Kafka")
    for process in system.endpoints["metrics"]:
        text = system.metrics_text(process)
        assert "# TYPE" in text
        assert_clean(text, f"the metrics of {process}")
    logs = system.logs()
    assert len(logs) >= 6
    for name, text in logs.items():
        assert_clean(text, name)
    # What waits or was sent on behalf of the order.
    for table in ("orders.outbox", "orders.outbox_dead", "notifications.notifications", "notifications.dead_letters"):
        for row in system.sql(f"SELECT * FROM {table}"):
            assert_clean(" ".join(readable(value) for value in row), table)
