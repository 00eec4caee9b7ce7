#!/bin/sh
# Builds the programs of the release image into a folder, for the platform of GOOS and GOARCH.
# Every module and its checksum stands in a go.mod and a go.sum: kubectl, helm and compose are the ones that the tests run with.
set -eu
out=$1
cd "$(dirname "$0")/.."
kubernetes=__tests__/e2e/kubernetes/build
compose=__tests__/e2e/compose/build
docker=image/docker-cli

# version FOLDER MODULE: as its go.mod has it
version() {
  sed -n "s#^[[:space:]]*\(require \)\{0,1\}$2 \(v[^ ]*\).*#\2#p" "$1/go.mod"
}

# build FOLDER PROGRAM PACKAGE [NAME=VALUE ...]: a static program that knows its version
build() {
  folder=$1
  program=$2
  package=$3
  shift 3
  flags='-s -w'
  for setting in "$@"; do flags="$flags -X $setting"; done
  CGO_ENABLED=0 go -C "$folder" build -trimpath -buildvcs=false -ldflags "$flags" -o "$out/$program" "$package"
}

mkdir -p "$out"
out=$(cd "$out" && pwd)
release=$(version "$kubernetes" k8s.io/kubernetes)
minor=${release#v1.}
build "$kubernetes" kubectl k8s.io/kubernetes/cmd/kubectl \
  "k8s.io/component-base/version.gitVersion=$release" \
  "k8s.io/component-base/version.gitMajor=1" \
  "k8s.io/component-base/version.gitMinor=${minor%%.*}"
build "$kubernetes" helm helm.sh/helm/v4/cmd/helm \
  "helm.sh/helm/v4/internal/version.version=$(version "$kubernetes" helm.sh/helm/v4)"
build "$compose" docker-compose github.com/docker/compose/v5/cmd \
  "github.com/docker/compose/v5/internal.Version=$(version "$compose" github.com/docker/compose/v5)"
release=$(version "$docker" github.com/docker/cli)
release=${release#v}
build "$docker" docker github.com/docker/cli/cmd/docker \
  "github.com/docker/cli/cli/version.Version=${release%+incompatible}"
