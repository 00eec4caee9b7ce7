#!/bin/sh
# Takes a service of Docker Compose back to an image, and proves it. Every rollback pipeline for Compose holds this file, so that
# it has no backslash, which Groovy would read.
#
# ROLLBACK           the marker: true
# ROLLBACK_IMAGE     what to return to
# ROLLBACK_REVISION  its tag alone; counts where there is no ROLLBACK_IMAGE
# PROJECT_DIRECTORY  where the Compose file is
# SERVICE            the service in it
# IMAGE_VARIABLE     the variable of which the service takes its image: "image: ${API_IMAGE}"
# IMAGE_NAME         the name of the image without a tag, for ROLLBACK_REVISION
set -eu
set -f
LC_ALL=C
export LC_ALL

refuse() {
  echo "rollback: $1. Nothing was touched." >&2
  exit 2
}

fail() {
  echo "rollback: $1." >&2
  exit 1
}

# All inputs are checked before anything runs. What Azure takes for an empty text is "none".
case ${ROLLBACK:-} in
  true | True) ;;
  *) refuse 'this is not a rollback: ROLLBACK is not true' ;;
esac

tag=${ROLLBACK_REVISION:-}
if [ "$tag" = none ]; then tag=; fi
case $tag in
  [!A-Za-z0-9_]* | *[!A-Za-z0-9._-]*) refuse 'ROLLBACK_REVISION is not a tag of an image' ;;
esac

image=${ROLLBACK_IMAGE:-}
if [ "$image" = none ]; then image=; fi
if [ -z "$image" ] && [ -n "$tag" ]; then
  [ -n "${IMAGE_NAME:-}" ] || refuse 'ROLLBACK_REVISION is given, and IMAGE_NAME is empty'
  image=$IMAGE_NAME:$tag
fi
case $image in
  '') refuse 'neither ROLLBACK_IMAGE nor ROLLBACK_REVISION says what to return to' ;;
  [!A-Za-z0-9]* | *[!A-Za-z0-9._/:@-]*) refuse 'ROLLBACK_IMAGE is not a reference to an image' ;;
esac

service=${SERVICE:-}
case $service in
  '' | [!A-Za-z0-9]* | *[!A-Za-z0-9._-]*) refuse 'SERVICE is not a service name' ;;
esac
variable=${IMAGE_VARIABLE:-}
case $variable in
  '' | [0-9]* | *[!A-Za-z0-9_]*) refuse 'IMAGE_VARIABLE is not a variable name' ;;
esac
cd "${PROJECT_DIRECTORY:-.}" || refuse 'PROJECT_DIRECTORY is not there'
export "$variable=$image"

# The Compose file takes it, and the engine has it, before anything is changed.
images=$(docker compose config --images "$service") || refuse 'Compose does not read its file'
taken=
for each in $images; do
  if [ "$each" = "$image" ]; then taken=yes; fi
done
[ -n "$taken" ] || refuse "$service does not take its image from $variable"
if ! docker image inspect "$image" > /dev/null 2>&1; then
  docker pull --quiet "$image" || refuse "cannot find image $image"
fi

docker compose up --detach --no-deps --no-build --pull never --wait --wait-timeout 300 "$service" ||
  fail "$service did not become healthy"

wanted=$(docker image inspect --format '{{.Id}}' "$image")
containers=$(docker compose ps --quiet "$service")
[ -n "$containers" ] || fail "$service has no container"
for container in $containers; do
  runs=$(docker inspect --format '{{.Image}}' "$container")
  [ "$runs" = "$wanted" ] || fail "container $container does not run $image"
done
echo "$service runs $image"
