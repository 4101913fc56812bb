"""What somebody who looks for a cause sees: kubectl get pods, describe, logs, and /readyz."""

import json
import time
import urllib.error
import urllib.request

from forwards import Forward

# For Namespace.kubectl, before a command and before a statement.
IN_POSTGRES = ("exec", "ordermesh-postgres-0", "--")
PSQL = (*IN_POSTGRES, "psql", "--host=/var/run/postgresql", "--username=postgres", "--dbname=ordermesh", "--tuples-only",
        "--no-align", "--quiet", "--command")


class Symptoms:
    """Of the pods of one namespace."""

    def __init__(self, namespace):
        self._namespace = namespace

    def newest(self, component):
        """The name of the pod of this component that was made last."""
        pods = sorted(self._namespace.pods(component), key=lambda pod: pod["metadata"]["creationTimestamp"])
        return pods[-1]["metadata"]["name"]

    def row(self, pod):
        """Its READY and STATUS, as `kubectl get pods` shows them."""
        return tuple(self._namespace.kubectl("get", "pod", pod, "--no-headers").split()[1:3])

    def describe(self, pod):
        return self._namespace.kubectl("describe", "pod", pod)

    def events(self, pod, event):
        """The log's JSON lines of this event."""
        lines = self._namespace.kubectl("logs", pod).splitlines()
        return [line for line in map(json.loads, filter(lambda line: line.startswith("{"), lines)) if line["event"] == event]

    def readyz(self, pod, port):
        """What is down, by dependency, with the reason."""
        forward = Forward(self._namespace.name, f"pod/{pod}", port)
        try:
            with urllib.request.urlopen(f"http://{forward.endpoint}/readyz", timeout=10) as answer:
                body = answer.read()
        except urllib.error.HTTPError as unready:
            body = unready.read()
        finally:
            forward.stop()
        return body.decode()


def eventually(seen, seconds=60):
    """What `seen` returns, once that is something; looks every half second."""
    end = time.monotonic() + seconds
    while True:
        if found := seen():
            return found
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.5)
