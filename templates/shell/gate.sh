#!/bin/sh
# Runs Rollgate and ends with its exit code. The inputs come in as variables. Every wrapper for a shell is made of this file.
#
# ROLLGATE_CLI      how the program is called; empty: as it is installed, else from npm
# ROLLGATE_PACKAGE  the npm package
# ROLLGATE_VERSION  its version
set -eu
# The words of ROLLGATE_CLI are split, and nothing in them is a pattern.
set -f

cli=${ROLLGATE_CLI:-}
if [ -z "$cli" ]; then
  cli="npx --yes $ROLLGATE_PACKAGE@$ROLLGATE_VERSION"
  if [ "$(rollgate --version 2>/dev/null || true)" = "$ROLLGATE_VERSION" ]; then cli=rollgate; fi
fi

# The program leaves the path of this run's report here.
ROLLGATE_RECEIPT=$(mktemp)
export ROLLGATE_RECEIPT
trap 'rm -f "$ROLLGATE_RECEIPT"' EXIT

# In the background, so that the signals of a cancelled job can be passed on: a shell that waits in the foreground keeps them.
# shellcheck disable=SC2086
$cli &
program=$!
cancelled=
trap 'cancelled=yes; kill -TERM "$program" 2>/dev/null || true' TERM INT HUP
code=0
wait "$program" || code=$?
# A signal has ended the waiting, and not yet the program.
while [ -n "$cancelled" ]; do
  cancelled=
  code=0
  wait "$program" || code=$?
done

report=$(cat "$ROLLGATE_RECEIPT")

# CI systems want to know what to keep before `report-dir` is known: it is always kept here. The files of a shard are, as they are: beside
# them they would be taken for those of all.
kept=rollgate-report
case $report in
  '' | "$(pwd -P)/$kept"/report.json | "$(pwd -P)/$kept"/shard-*-of-*/report.json) ;;
  *)
    mkdir -p "$kept"
    for name in report.json report.html summary.md junit.xml recording.ndjson rollgate.env annotations.json; do
      cp "${report%/*}/$name" "$kept/$name" 2>/dev/null || true
    done
    ;;
esac

# 1 means "rolled back and verified", and a program that never began can end with 1 as well. Beyond 7 no code is ours.
if [ "$code" -gt 7 ] || { [ "$code" -eq 1 ] && ! grep -q '^  "exitCode": 1,$' "$report" 2>/dev/null; }; then
  echo "rollgate: \"$cli\" ended with $code, and no report of this run says so: the state of the deployment is unknown, check by hand" >&2
  code=7
fi
exit "$code"
