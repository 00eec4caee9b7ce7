#!/bin/sh
# Rolls workloads back by kubectl rollout undo, and proves it. Every rollback pipeline for Kubernetes holds this file, so that
# it has no backslash, which Groovy would read.
#
# ROLLBACK           the marker: true
# ROLLBACK_REVISION  12, or deployment/api=12 for each of several workloads; empty: the previous ones
# ROLLBACK_IMAGE     what must run in the end: shop:1, or deployment/api=shop:1+proxy:2 for each of several; empty: nothing is asked for
# WORKLOADS          deployment/api, also statefulset/ and daemonset/; several, separated by spaces
# NAMESPACE, CONTEXT as kubectl; without CONTEXT the current one
# KUBECONFIG_CONTENT a kubeconfig as text, if it is not available as a file
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

count() { echo $#; }

# All inputs are checked before anything runs. What Azure takes for an empty text is "none".
case ${ROLLBACK:-} in
  true | True) ;;
  *) refuse 'this is not a rollback: ROLLBACK is not true' ;;
esac

image=${ROLLBACK_IMAGE:-}
if [ "$image" = none ]; then image=; fi
case $image in
  [!A-Za-z0-9]* | *[!A-Za-z0-9._/:@,=+-]*) refuse 'ROLLBACK_IMAGE is not a reference to an image' ;;
esac

given=${ROLLBACK_REVISION:-}
if [ "$given" = none ]; then given=; fi
case $given in
  *[!A-Za-z0-9./=,[:space:]-]*) refuse 'ROLLBACK_REVISION holds characters that no revision has' ;;
esac
revisions=$(printf %s "$given" | tr ',[:space:]' ' ')

workloads=${WORKLOADS:-}
namespace=${NAMESPACE:-}
# shellcheck disable=SC2086
[ "$(count $workloads)" -gt 0 ] || refuse 'WORKLOADS is empty'
[ -n "$namespace" ] || refuse 'NAMESPACE is empty'
for workload in $workloads; do
  case $workload in
    deployment/?* | statefulset/?* | daemonset/?*) ;;
    *) refuse "WORKLOADS has $workload, which is none of deployment/, statefulset/, daemonset/" ;;
  esac
done

# The revisions that are asked for it.
revision_of() {
  for entry in $revisions; do
    case $entry in
      "$1="*) echo "${entry#*=}" ;;
      *=*) ;;
      *) echo "$entry" ;;
    esac
  done
}

for entry in $revisions; do
  case ${entry##*=} in
    '' | 0* | *[!0-9]* | ??????????*) refuse "ROLLBACK_REVISION has $entry, which is not a revision" ;;
  esac
  case $entry in
    *=*)
      known=
      for workload in $workloads; do
        if [ "${entry%=*}" = "$workload" ]; then known=yes; fi
      done
      [ -n "$known" ] || refuse "ROLLBACK_REVISION has ${entry%=*}, which WORKLOADS does not"
      ;;
    *)
      # shellcheck disable=SC2086
      [ "$(count $workloads)" = 1 ] || refuse "ROLLBACK_REVISION does not say whose revision $entry is"
      ;;
  esac
done
# Half a rollback is a combination that nobody has ever run.
for workload in $workloads; do
  [ -n "$revisions" ] || break
  # shellcheck disable=SC2046
  case $(count $(revision_of "$workload")) in
    0) refuse "ROLLBACK_REVISION has none for $workload" ;;
    1) ;;
    *) refuse "ROLLBACK_REVISION has several for $workload" ;;
  esac
done

# What Azure does not know stays as it is: the name in brackets.
case ${KUBECONFIG_CONTENT:-} in
  '' | [$]'('*) ;;
  *)
    KUBECONFIG=$(umask 077 && mktemp)
    export KUBECONFIG
    trap 'rm -f "$KUBECONFIG"' EXIT
    printf %s "$KUBECONFIG_CONTENT" > "$KUBECONFIG"
    ;;
esac

cluster() { kubectl ${CONTEXT:+"--context=$CONTEXT"} "--namespace=$namespace" "$@"; }

# All of them are there, with their revisions, before the first is changed.
for workload in $workloads; do
  revision=$(revision_of "$workload")
  cluster get "$workload" --output=name || refuse "cannot find $workload"
  if [ -n "$revision" ]; then
    cluster rollout history "$workload" "--revision=$revision" > /dev/null ||
      refuse "$workload has no revision $revision"
  fi
done

for workload in $workloads; do
  revision=$(revision_of "$workload")
  cluster rollout undo "$workload" ${revision:+"--to-revision=$revision"} ||
    fail "$workload was not rolled back, and others may have been"
done

images=
for workload in $workloads; do
  cluster rollout status "$workload" --timeout=5m || fail "$workload did not become ready"
  case $workload in
    daemonset/*) fields='{.status.desiredNumberScheduled}/{.status.numberReady}' ;;
    *) fields='{.spec.replicas}/{.status.readyReplicas}' ;;
  esac
  counts=$(cluster get "$workload" "--output=jsonpath=$fields")
  wanted=${counts%/*}
  ready=${counts#*/}
  [ "$wanted" = "${ready:-0}" ] || fail "$workload has ${ready:-0} of $wanted replicas ready"
  runs=$(cluster get "$workload" '--output=jsonpath={.spec.template.spec.containers[*].image}')
  echo "$workload: $wanted of $wanted replicas are ready, with $runs"
  images="$images $runs"
done

for entry in $(printf %s "$image" | tr ,+ '  '); do
  one=${entry##*=}
  found=
  for each in $images; do
    if [ "$each" = "$one" ]; then found=yes; fi
  done
  [ -n "$found" ] || fail "no workload runs $one"
done
