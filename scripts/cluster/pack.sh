#!/bin/bash
# pack.sh W FILE: packs the four binaries of W/bin (built by build.sh) with their licence and where they come from into FILE
# (.tar.xz) and writes FILE.sha256 next to it. The same binaries give the same bytes.
. "$(dirname "$0")/lib.sh"
W=${1:?usage: pack.sh W FILE}; OUT=$(realpath -m "${2:?usage: pack.sh W FILE}"); D=$(mktemp -d)
trap 'rm -rf "$D"' EXIT
for n in kube-apiserver kube-controller-manager kube-scheduler kubelet; do cp "$W/bin/$n" "$D/"; done
cp "$W/source/src/LICENSE" "$D/LICENSE"
cat > "$D/ORIGIN" <<O
Kubernetes $("$D/kubelet" --version | cut -d' ' -f2) for linux/amd64, Apache-2.0 (LICENSE).
Built by scripts/cluster/build.sh from Debian's source package:
$(cd "$W/source" && for f in kubernetes_*; do echo "  $(sha256sum "$f" | cut -d' ' -f1)  $f"; done)
with $("$W/source/tools/usr/lib/go-1.19/bin/go" version), and with the vendored github.com/modern-go/reflect2 replaced by Debian's
golang-github-modern-go-reflect2-dev ($(basename "$W"/source/debs/golang-github-modern-go-reflect2-dev_*.deb)).
O
mkdir -p "$(dirname "$OUT")"
tar -C "$D" --sort=name --owner=0 --group=0 --mtime=@1600000000 --mode=u=rwX,go=rX -cf - . | nice -n 19 xz -T1 -6 > "$OUT.part"
mv "$OUT.part" "$OUT"; ( cd "$(dirname "$OUT")" && sha256sum "$(basename "$OUT")" > "$(basename "$OUT").sha256" )
