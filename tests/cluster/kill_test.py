"""Pods of every kind are deleted at random under load; after recovery everything agrees exactly.

ORDERMESH_KILL_SECONDS sets for how long: a minute in every run, in which each kind is killed once; 300 before a release.
"""

import collections
import os
import random
import time

from kubernetes import is_ready
from ordermesh import service_table
from paced_load import SKUS, PacedLoad
from system import eventually

KINDS = (*service_table.NAMES, "rabbitmq", "kafka", "postgres")
SECONDS = float(os.environ.get("ORDERMESH_KILL_SECONDS", "60"))
RATE = 50


def ready_pods(namespace, kind):
    """{uid: name} of the pods that do their work."""
    return {pod["metadata"]["uid"]: pod["metadata"]["name"] for pod in namespace.pods(kind) if is_ready(pod)}


def kill(namespace, kind, how):
    """Deletes a pod of the kind; returns the uids before and after, and the seconds until another was ready."""
    before = eventually(lambda: ready_pods(namespace, kind), within=120, what=f"a {kind}")  # others may have ended it
    began = time.monotonic()
    namespace.kubectl("delete", "pod", next(iter(before.values())), "--wait=false", *how)
    after = eventually(lambda: ready_pods(namespace, kind), lambda now: now and not set(now) & set(before), within=120,
                       what=f"another {kind}")
    return set(before), set(after), time.monotonic() - began


def test_after_random_kills_everything_agrees(system):
    random_ = random.Random(5)
    plan, kills = [], collections.defaultdict(list)
    with PacedLoad(system, rate=RATE, skus=SKUS, seed=5, patience_s=120) as load:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end or plan:
            # Each kind before any of them again.
            plan = plan or random_.sample(KINDS, len(KINDS))
            kind = plan.pop()
            how = random_.choice([(), ("--grace-period=0", "--force")])
            since = time.monotonic()
            before, after, ready_s = kill(system.namespace, kind, how)
            assert before and after and not before & after
            kills[kind].append((since, time.monotonic(), ready_s))
    print(f"\n{load.summary()}")
    print("killed       times  longest until ready  longest without an accepted order")
    for kind in KINDS:
        gaps = [load.longest_gap(since, until + 2) for since, until, _ in kills[kind]]
        print(f"{kind:12} {len(gaps):5} {max(ready_s for *_, ready_s in kills[kind]):18.1f} s {max(gaps):31.1f} s")
    assert all(kills[kind] for kind in KINDS)
    assert load.kept_of_schedule >= 0.95
    assert load.failed == []
    load.await_agreement(within_s=300)
    # The edge is ready again only after its gateway, by a probe each.
    eventually(lambda: all(ready_pods(system.namespace, kind) for kind in (*KINDS, "envoy")), within=120, what="every kind")
