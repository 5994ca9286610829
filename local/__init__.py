"""The toolchain and the Kubernetes cluster of one machine (`python -m local`)."""
