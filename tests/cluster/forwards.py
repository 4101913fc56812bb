"""Ports of the cluster's pods on this machine, by `kubectl port-forward`, which any cluster offers."""

import re
import subprocess
import threading


class Forward:
    """One port of a Service or Deployment on a local port that stays the same, also when its pod is replaced.

    kubectl forwards to one pod, and notices that it is gone, and ends, only when a connection to it fails; it is then started again.
    Thread-safe; `stop` ends it."""

    def __init__(self, namespace, target, port, address="127.0.0.1", local_port=0):
        self._command = ["kubectl", "--namespace", namespace, "port-forward", f"--address={address}", target]
        self._port, self._stopped = port, threading.Event()
        self.address, self.local_port = address, local_port
        self._ready = threading.Event()
        self._process = None
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()

    @property
    def endpoint(self):
        """host:port, once something answers there."""
        assert self._ready.wait(60), f"{' '.join(self._command)}: no connection within 60 s"
        return f"{self.address}:{self.local_port}"

    def renew(self):
        """Leads to a pod of now. `endpoint` waits for it."""
        self._ready.clear()
        self._process.terminate()

    def stop(self):
        self._stopped.set()
        if self._process is not None:
            self._process.terminate()
        self._thread.join()

    def _keep(self):
        while not self._stopped.is_set():
            ports = f"{self.local_port or ''}:{self._port}"
            with subprocess.Popen([*self._command, ports], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
                self._process = process
                for line in process.stdout:
                    if found := re.match(r"Forwarding from [\d.]+:(\d+) ->", line):
                        self.local_port = int(found[1])
                        self._ready.set()
                    if self._stopped.is_set():
                        process.terminate()
            self._stopped.wait(0.5)  # a pod that is being replaced is not there yet
