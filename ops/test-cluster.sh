#!/usr/bin/env bash
# Runs the tests of the cluster's projects, each where its packages can be had, and says in one line why not where they cannot. ops/test.sh runs everything else.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en
for project in tests/Ledger.Cluster*.Tests/*.csproj; do
  [[ -e $project ]] || continue
  if ! restored=$(dotnet restore "$project" --nologo 2>&1); then
    echo "$(basename "$project" .csproj) skipped: $(grep -m 1 -oE 'error NU[0-9]+:.*' <<<"$restored" || echo 'its packages could not be restored')"
    continue
  fi
  dotnet test "$project" --no-restore --nologo --verbosity quiet "$@"
done
