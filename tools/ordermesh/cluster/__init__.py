"""A real Kubernetes on one Linux machine, with no registry: upstream's components, etcd, containerd, CoreDNS.

It needs root, and everything it makes has names, folders, sockets and ports of its own; see guards and leftovers.
"""
