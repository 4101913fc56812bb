"""What tools/cluster takes for its own on a machine with others. Starting one is tools/test cluster's."""

from ordermesh.cluster import firewall, leftovers

SAVED = """\
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:CNI-0a1b2c3d4e5f - [0:0]
:CNI-ffffffffffff - [0:0]
:DOCKER - [0:0]
:KUBE-POSTROUTING - [0:0]
:KUBE-SERVICES - [0:0]
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
-A POSTROUTING -s 10.244.0.2/32 -m comment --comment "name: \\"ordermesh-pods\\" id: \\"7d\\"" -j CNI-0a1b2c3d4e5f
-A POSTROUTING -s 10.22.0.2/32 -m comment --comment "name: \\"podman\\" id: \\"9e\\"" -j CNI-ffffffffffff
-A CNI-0a1b2c3d4e5f -d 10.244.0.0/16 -m comment --comment "name: \\"ordermesh-pods\\" id: \\"7d\\"" -j ACCEPT
-A CNI-ffffffffffff ! -d 224.0.0.0/4 -m comment --comment "name: \\"podman\\" id: \\"9e\\"" -j MASQUERADE
-A FORWARD -s 10.244.0.0/16 -j ACCEPT
-A FORWARD -s 192.168.0.0/16 -j ACCEPT
""".splitlines()


def test_only_our_rules_and_chains_are_removed():
    removal = firewall._removal(SAVED)
    assert removal == [
        '-D PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
        '-D POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING',
        '-D POSTROUTING -s 10.244.0.2/32 -m comment --comment "name: \\"ordermesh-pods\\" id: \\"7d\\"" -j CNI-0a1b2c3d4e5f',
        "-D FORWARD -s 10.244.0.0/16 -j ACCEPT",
        "-F CNI-0a1b2c3d4e5f", "-F KUBE-POSTROUTING", "-F KUBE-SERVICES",
        "-X CNI-0a1b2c3d4e5f", "-X KUBE-POSTROUTING", "-X KUBE-SERVICES",
    ]


def test_a_machine_without_our_rules_is_left_alone():
    foreign = [line for line in SAVED if not any(ours in line for ours in ("KUBE", "ordermesh", "0a1b2c", "10.244"))]
    assert len(foreign) == 9 and firewall._removal(foreign) == []


def test_only_the_network_results_of_our_pods_are_removed(tmp_path):
    results, sandboxes = tmp_path / "results", tmp_path / "sandboxes"
    (sandboxes / "3047e8").mkdir(parents=True)
    results.mkdir()
    for name in ("ordermesh-pods-3047e8-eth0", "ordermesh-pods-77aa77-eth0", "cni-loopback-3047e8-lo", "cni-loopback-99ff99-lo",
                 "podman-99ff99-eth0"):
        (results / name).touch()
    found = [result.name for result in leftovers.network_results(results, sandboxes)]
    assert found == ["cni-loopback-3047e8-lo", "ordermesh-pods-3047e8-eth0", "ordermesh-pods-77aa77-eth0"]
