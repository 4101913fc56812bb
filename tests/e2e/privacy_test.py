"""No personal data outside of its table: a canary is looked for in every log, metric, record and message."""

from system import eventually

EMAIL, NOTE = "canary.7f3a@example.com", "canary-note-91bd"


def test_a_canary_is_in_the_database_and_nowhere_else(system):
    order = system.place(("SKU-0600", 1), contact={"email": EMAIL}, note=NOTE)
    refused = system.http("POST", "/v1/orders", {
        "customerId": "CUST-0001", "contact": {"email": EMAIL}, "note": NOTE, "lines": [{"sku": "SKU-0600", "quantity": 0}]})
    assert refused[0] == 400
    eventually(lambda: system.mails(order["id"]), what="the e-mail")
    eventually(lambda: system.kafka_events(order["id"]), what="the record")

    # The control: it is where it belongs.
    assert system.sql("SELECT contact_email, note FROM orders.orders WHERE id = %s", order["id"]) == [(EMAIL, NOTE)]

    for process in system.endpoints["metrics"]:
        text = system.metrics_text(process)
        assert "# TYPE" in text and EMAIL not in text and NOTE not in text, process
    logs = system.logs()
    assert len(logs) >= 6
    for name, text in logs.items():
        assert EMAIL not in text and NOTE not in text, name
    ((_, event),) = system.kafka_events(order["id"])
    assert EMAIL.encode() not in event.SerializeToString()
