#!/usr/bin/env bash
# Runs the tests of the cluster's projects, each where its packages can be had, and says in one line why not where they cannot. ops/test.sh runs everything else.
# Installs RabbitMQ and iproute2 with apt where they are missing and it may; without them the tests that need them are skipped. The exit code is 1 when a project failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en

missing=()
[[ -d /usr/lib/rabbitmq ]] || missing+=(rabbitmq-server)
command -v ip >/dev/null || missing+=(iproute2)
if (( ${#missing[@]} > 0 && EUID == 0 )) && command -v apt-get >/dev/null; then
  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -yq "${missing[@]}"; } >/dev/null || echo "test-cluster.sh: ${missing[*]} could not be installed." >&2
fi

# One line per project, and what a failed test said.
results='console;verbosity=minimal'
code=0
for project in tests/Ledger.Cluster*.Tests/*.csproj; do
  [[ -e $project ]] || continue
  if ! restored=$(dotnet restore "$project" --nologo 2>&1); then
    echo "$(basename "$project" .csproj) skipped: $(grep -m 1 -oE 'error NU[0-9]+:.*' <<<"$restored" || echo 'its packages could not be restored')"
    continue
  fi
  dotnet test "$project" --no-restore --nologo --verbosity quiet --logger "$results" "$@" || code=1
done
exit "$code"
