"""kubectl and helm for one namespace of one cluster, as their users call them."""

import base64
import json
import subprocess

from system import eventually


class CommandFailed(AssertionError):
    """A command failed; the text is what it said."""


class Namespace:
    """A namespace of the cluster that KUBECONFIG names."""

    def __init__(self, name):
        self.name = name

    def kubectl(self, *arguments, stdin=None, timeout=180):
        return _run(["kubectl", "--namespace", self.name, *arguments], stdin, timeout)

    def helm(self, *arguments, timeout=600):
        return _run(["helm", "--namespace", self.name, *arguments], None, timeout)

    def get(self, kind, *more):
        """The decoded object, or list of objects."""
        read = json.loads(self.kubectl("get", kind, *more, "--output=json"))
        return read["items"] if "items" in read else read

    def pods(self, component=None):
        """Pods that aren't about to end, of one component of the release or of all."""
        selector = "app.kubernetes.io/name=ordermesh"
        if component:
            selector += f",app.kubernetes.io/component={component}"
        return [pod for pod in self.get("pods", f"--selector={selector}") if "deletionTimestamp" not in pod["metadata"]]

    def wait_for_ending_pods(self):
        """Returns when no pod is about to end any more."""
        eventually(self._ending, lambda ending: not ending, within=120, what="the end of the old pods")

    def _ending(self):
        return [pod["metadata"]["name"] for pod in self.get("pods") if "deletionTimestamp" in pod["metadata"]]

    def apply(self, manifest):
        self.kubectl("apply", "--filename=-", stdin=manifest)

    def secret(self, name):
        return {key: base64.b64decode(value).decode() for key, value in self.get("secret", name)["data"].items()}

    def node_address(self):
        (address, *_) = [entry["address"] for node in self.get("nodes") for entry in node["status"]["addresses"]
                         if entry["type"] == "InternalIP"]
        return address


def component_of(pod):
    return pod["metadata"]["labels"].get("app.kubernetes.io/component")


def is_ready(pod):
    return any(condition["type"] == "Ready" and condition["status"] == "True"
               for condition in pod["status"].get("conditions", []))


def _run(command, stdin, timeout):
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=timeout)
    if done.returncode != 0:
        raise CommandFailed(f"{' '.join(command)}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout
