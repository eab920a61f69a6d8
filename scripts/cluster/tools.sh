#!/bin/bash
# tools.sh W: puts all that a test cluster is made from into W, once:
#   W/unpacked  etcd, containerd, runc, CNI plugins and busybox, unpacked from Debian's packages (nothing is installed; 45 MB down)
#   W/bin   kube-apiserver, kube-controller-manager, kube-scheduler, kubelet: from the pack (CLUSTER_PACK=FILE, or the
#           environment), or built from Debian's source with CLUSTER_BUILD=1
#   W/base.tar  the image that services and sandboxes run on (image.sh)
. "$(dirname "$0")/lib.sh"
W=${1:?usage: tools.sh W}; mkdir -p "$W"; W=$(cd "$W" && pwd)
# What is in W is replaced and removed as need be, so it must be a folder for that alone.
if [ ! -e "$W/.coredinator-cluster" ]; then [ -z "$(ls -A "$W")" ] || fail "$W has files that are not of a test cluster; give an empty or a new folder"; touch "$W/.coredinator-cluster"; fi
[ "$(dpkg --print-architecture 2>/dev/null)" = amd64 ] || fail "this needs Debian's packages for amd64 (dpkg says: $(dpkg --print-architecture 2>&1))"

if [ ! -e "$W/unpacked/complete" ]; then
  rm -rf "$W/unpacked" "$W/debs"; mkdir -p "$W/unpacked" "$W/debs"
  ( cd "$W/debs"
    get() { timeout 300 apt-get -qq -o APT::Sandbox::User=root download etcd-server containerd runc busybox-static containernetworking-plugins libseccomp2; }
    get 2>/dev/null || { timeout 300 apt-get -qq update && get; } ) || fail "Debian's packages cannot be downloaded"
  for d in "$W"/debs/*.deb; do dpkg-deb -x "$d" "$W/unpacked"; done
  rm -rf "$W/debs"; touch "$W/unpacked/complete"
fi

have() { for n in kube-apiserver kube-controller-manager kube-scheduler kubelet; do [ -x "$W/bin/$n" ] || return 1; done; }
if ! have; then
  pack=${CLUSTER_PACK:-}
  if [ -n "$pack" ] && [ -e "$pack" ]; then
    if [ -e "$pack.sha256" ]; then ( cd "$(dirname "$pack")" && sha256sum --quiet -c "$(basename "$pack").sha256" ) || fail "$pack is not what its sha256 says"; fi
    rm -rf "$W/bin.part"; mkdir "$W/bin.part"; tar -C "$W/bin.part" -xJf "$pack"; rm -rf "$W/bin"; mv "$W/bin.part" "$W/bin"
  elif [ "${CLUSTER_BUILD:-}" = 1 ]; then
    "$HERE/build.sh" "$W"
  fi
fi
have || fail "there is no pack of Kubernetes: give one with CLUSTER_PACK=FILE, or set CLUSTER_BUILD=1 to build it from Debian's source (10 to 30 minutes, 6 GB of disk)"
if [ ! -e "$W/base.tar" ]; then "$HERE/image.sh" "$W"; fi
