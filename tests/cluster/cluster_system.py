"""The system on a cluster, for the same test bodies that run against one machine (tests/e2e/system.py)."""

import os
import urllib.parse

import confluent_kafka
import confluent_kafka.admin

from forwards import Forward
from ordermesh import service_table
from system import System, parse_metrics

# The name that Kafka tells its clients leads here: see tools/test and NSS_WRAPPER_HOSTS.
KAFKA_ADDRESS = os.environ.get("ORDERMESH_KAFKA_ADDRESS", "127.0.0.1")
_GRPC_PORTS = {row.name: row.port for row in service_table.ROWS}


class ClusterSystem(System):
    """Calls go to the pods by port-forward, HTTP to Envoy's NodePort. `close` ends the forwards."""

    def __init__(self, namespace, release="ordermesh"):
        self.namespace, self.release = namespace, release
        self._forwards, self._pods = [], {pod["metadata"]["uid"] for pod in namespace.pods()}
        grpc = {name: self._forward(name, port).endpoint for name, port in _GRPC_PORTS.items()}
        metrics = {name: f"http://{self._forward(name, port + 1000).endpoint}/metrics" for name, port in _GRPC_PORTS.items()}
        password = urllib.parse.quote(namespace.secret(f"{release}-postgres")["superuser_password"])
        postgres = self._forward("postgres", 5432).endpoint
        queue = namespace.secret(f"{release}-rabbitmq")
        rabbitmq = self._forward("rabbitmq", 5672).endpoint
        kafka = self._forward("kafka", 9092, address=KAFKA_ADDRESS, local_port=9092).endpoint
        mail = Forward(namespace.name, "service/mail-sink", 8025)
        self._forwards.append(mail)
        operators = Forward(namespace.name, f"service/{release}-envoy-operators", 8081)
        self._forwards.append(operators)
        edge = namespace.get("service", f"{release}-envoy")["spec"]["ports"][0]["nodePort"]
        self.edge = f"{namespace.node_address()}:{edge}"
        super().__init__({
            **grpc, "http": f"http://{self.edge}", "operators": f"http://{operators.endpoint}", "metrics": metrics, "mail": f"http://{mail.endpoint}",
            "postgres": f"postgres://postgres:{password}@{postgres}/ordermesh", "kafka": kafka,
            "rabbitmq": f"amqp://{queue['username']}:{queue['password']}@{rabbitmq}/", "channels": ["email"]}, None)

    def renew_forwards(self):
        """After pods were replaced: what leads to one that is gone fails once."""
        pods = {pod["metadata"]["uid"] for pod in self.namespace.pods()}
        if pods != self._pods:
            for forward in self._forwards:
                forward.renew()
            for forward in self._forwards:
                assert forward.endpoint
        self._pods = pods

    def _forward(self, component, port, **where):
        self._forwards.append(Forward(self.namespace.name, f"service/{self.release}-{component}", port, **where))
        return self._forwards[-1]

    def pod_metrics(self, component):
        """{pod: {name with labels: value}} of every pod of a service."""
        port = _GRPC_PORTS[component] + 1000
        names = [pod["metadata"]["name"] for pod in self.namespace.pods(component)]
        return {name: parse_metrics(self.namespace.kubectl(
            "get", "--raw", f"/api/v1/namespaces/{self.namespace.name}/pods/{name}:{port}/proxy/metrics")) for name in names}

    def partitions(self):
        """{member: partitions of orders.events} of the group that counts the sales."""
        admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": self.endpoints["kafka"]})
        group = admin.describe_consumer_groups(["analytics"], request_timeout=10)["analytics"].result()
        return {member.member_id: [part.partition for part in member.assignment.topic_partitions] for member in group.members}

    def logs(self):
        """What every container of the release has logged."""
        pods = [pod["metadata"]["name"] for pod in self.namespace.pods()]
        return {pod: self.namespace.kubectl("logs", pod, "--all-containers") for pod in pods}

    def command(self, verb, server):
        raise NotImplementedError("pods are deleted and scaled, not stopped")

    def close(self):
        for forward in self._forwards:
            forward.stop()
