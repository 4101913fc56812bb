"""`kubectl rollout restart` of every Deployment under load: no call fails with the documented retries."""

from ordermesh import service_table
from paced_load import SKUS, PacedLoad


def test_restarting_everything_under_load_fails_no_call(system):
    namespace = system.namespace
    deployments = [deployment["metadata"]["name"] for deployment in namespace.get(
        "deployments", f"--selector=app.kubernetes.io/instance={system.release}")]
    assert len(deployments) == len(service_table.ROWS) + 1  # and Envoy
    before = {pod["metadata"]["uid"] for pod in namespace.pods()}
    with PacedLoad(system, rate=100, skus=SKUS, seed=4) as load:
        for deployment in deployments:
            namespace.kubectl("rollout", "restart", f"deployment/{deployment}")
            namespace.kubectl("rollout", "status", f"deployment/{deployment}", "--timeout=120s")
        namespace.wait_for_ending_pods()
    print(f"\n{load.summary()}")
    after = {pod["metadata"]["uid"] for pod in namespace.pods()}
    assert len(after - before) >= len(deployments)
    assert load.failed == []
    assert load.kept_of_schedule > 0.95
    load.await_agreement()
