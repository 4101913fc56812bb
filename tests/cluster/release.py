"""The chart as a user handles it: helm install, upgrade, test, uninstall."""

import json
import os

from kubernetes import CommandFailed


class Release:
    """A release named `ordermesh` in the namespace."""

    name = "ordermesh"

    def __init__(self, namespace, chart):
        self._namespace, self._chart = namespace, chart
        self._values = []
        self._values_of = {}  # by revision

    def install(self, *settings):
        self._values += [f"--set={setting}" for setting in settings]
        self._namespace.helm("install", self.name, str(self._chart), *self._common(), *self._values)
        self._values_of[self.revision()] = list(self._values)

    def upgrade(self, *value_files, settings=()):
        """With these values besides those of earlier upgrades; returns when everything is ready and the old pods are gone."""
        self._values += [f"--values={file}" for file in value_files] + [f"--set={setting}" for setting in settings]
        self._namespace.helm("upgrade", self.name, str(self._chart), *self._common(), *self._values)
        self._values_of[self.revision()] = list(self._values)
        self._namespace.wait_for_ending_pods()

    def revision(self):
        return json.loads(self._namespace.helm("status", self.name, "--output=json"))["version"]

    def rollback(self, revision):
        """To a revision that `install` or `upgrade` made, and its values."""
        self._namespace.helm("rollback", self.name, str(revision), "--wait", "--wait-for-jobs", "--timeout=300s")
        self._values = self._values_of[revision]
        self._namespace.wait_for_ending_pods()

    def fail_to_upgrade(self, *settings):
        """What helm said about an upgrade that can't become ready; such settings are not kept for later ones."""
        try:
            self._namespace.helm("upgrade", self.name, str(self._chart), *self._common("15s"), *self._values,
                                 *(f"--set={setting}" for setting in settings))
        except CommandFailed as failed:
            return str(failed)
        raise AssertionError(f"the upgrade with {settings} did not fail")

    def rollback_to_deployed(self):
        """To the last revision that was deployed; helm's default would be the one before, which may have failed, too."""
        history = json.loads(self._namespace.helm("history", self.name, "--output=json"))
        last = max(entry["revision"] for entry in history if entry["status"] == "deployed")
        self._namespace.helm("rollback", self.name, str(last), "--wait", "--timeout=120s")

    def remove_jobs_of_failed_revisions(self):
        """helm itself forgets them: neither a later upgrade nor an uninstall takes them away."""
        for entry in json.loads(self._namespace.helm("history", self.name, "--output=json")):
            if entry["status"] == "failed":
                for job in self._namespace.get("jobs"):
                    if job["metadata"]["name"].startswith(f"{self.name}-migrate-{entry['revision']}-"):
                        self._namespace.kubectl("delete", "job", job["metadata"]["name"])

    def test(self):
        """What `helm test` printed; fails as it does."""
        return self._namespace.helm("test", self.name, "--logs")

    def uninstall(self):
        self._namespace.helm("uninstall", self.name, "--wait", "--timeout=120s")

    def _common(self, timeout="300s"):
        tag = os.environ.get("ORDERMESH_TAG")
        return ["--wait", "--wait-for-jobs", f"--timeout={timeout}", *([f"--set=image.tag={tag}"] if tag else [])]
