"""The volumes of the default StorageClass: folders of this machine. `local`, not hostPath, so that fsGroup is applied."""

from .layout import NODE, STATE, VOLUMES


def manifest() -> str:
    """PersistentVolumes for all folders, which are made."""
    return "---\n".join(_volume(number) for number in range(VOLUMES))


def _volume(number: int) -> str:
    folder = STATE / "volumes" / str(number)
    folder.mkdir(parents=True, exist_ok=True)
    return f"""apiVersion: v1
kind: PersistentVolume
metadata: {{name: local-{number}}}
spec:
  capacity: {{storage: 10Gi}}
  accessModes: [ReadWriteOnce]
  persistentVolumeReclaimPolicy: Retain
  storageClassName: standard
  local: {{path: {folder}}}
  nodeAffinity:
    required:
      nodeSelectorTerms:
        - matchExpressions: [{{key: kubernetes.io/hostname, operator: In, values: [{NODE}]}}]
"""
