"""The chart as a user handles it: helm install, upgrade, test, uninstall."""

import json
import os


class Release:
    """A release named `ordermesh` in the namespace."""

    name = "ordermesh"

    def __init__(self, namespace, chart):
        self._namespace, self._chart = namespace, chart
        self._values = []

    def install(self):
        self._namespace.helm("install", self.name, str(self._chart), *self._common())

    def upgrade(self, *value_files, settings=()):
        """With these values besides those of earlier upgrades; returns when everything is ready and the old pods are gone."""
        self._values += [f"--values={file}" for file in value_files] + [f"--set={setting}" for setting in settings]
        self._namespace.helm("upgrade", self.name, str(self._chart), *self._common(), *self._values)
        self._namespace.wait_for_ending_pods()

    def revision(self):
        return json.loads(self._namespace.helm("status", self.name, "--output=json"))["version"]

    def rollback(self, revision):
        self._namespace.helm("rollback", self.name, str(revision), "--wait", "--wait-for-jobs", "--timeout=300s")
        self._namespace.wait_for_ending_pods()

    def test(self):
        """What `helm test` printed; fails as it does."""
        return self._namespace.helm("test", self.name, "--logs")

    def uninstall(self):
        self._namespace.helm("uninstall", self.name, "--wait", "--timeout=120s")

    def _common(self):
        tag = os.environ.get("ORDERMESH_TAG")
        return ["--wait", "--wait-for-jobs", "--timeout=300s", *([f"--set=image.tag={tag}"] if tag else [])]
