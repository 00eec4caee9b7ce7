# The release image: the program, kubectl, helm, and docker with compose. Built by .github/workflows/release.yml.
#
# Both images are given by digest, and there is no build without: `golang:1.26-bookworm@sha256:...` and
# `node:24-bookworm-slim@sha256:...`. All else is pinned by go.sum.
ARG GO_IMAGE
ARG NODE_IMAGE

FROM --platform=$BUILDPLATFORM ${GO_IMAGE} AS tools
ARG TARGETOS
ARG TARGETARCH
WORKDIR /src
COPY image image
COPY __tests__/e2e/kubernetes/build __tests__/e2e/kubernetes/build
COPY __tests__/e2e/compose/build __tests__/e2e/compose/build
RUN GOOS="$TARGETOS" GOARCH="$TARGETARCH" sh image/build.sh /out

FROM ${NODE_IMAGE}
# What a job needs to check out a repository. The packages are signed by Debian; a pinned one would be gone with its next fix.
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates git openssh-client \
  && rm -rf /var/lib/apt/lists/*
COPY --from=tools /out/kubectl /out/helm /out/docker /usr/local/bin/
COPY --from=tools /out/docker-compose /usr/local/lib/docker/cli-plugins/docker-compose
COPY --chmod=755 dist /opt/rollgate
RUN ln -s /opt/rollgate/index.js /usr/local/bin/rollgate \
  && rollgate --version && kubectl version --client && helm version && docker compose version

# `node`, in the image of Node. Where the socket of Docker is mounted, the job must run with its group.
USER 1000:1000
WORKDIR /home/node
# No entrypoint: CI systems start a shell.
CMD ["rollgate", "--help"]
