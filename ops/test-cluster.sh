#!/usr/bin/env bash
# Runs the cluster's tests where its packages can be had, and says in one line why not where they cannot. ops/test.sh runs everything else.
# Installs RabbitMQ with apt where it is missing and it may; without it the tests that need it are skipped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en
if ! restored=$(dotnet restore Ledger.Cluster.sln --nologo 2>&1); then
  echo "Cluster skipped: $(grep -m 1 -oE 'error NU[0-9]+:.*' <<<"$restored" || echo 'its packages could not be restored')"
  exit 0
fi

if [[ ! -d /usr/lib/rabbitmq ]] && (( EUID == 0 )) && command -v apt-get >/dev/null; then
  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -yq rabbitmq-server; } >/dev/null || echo "test-cluster.sh: rabbitmq-server could not be installed." >&2
fi

for project in tests/Ledger.Cluster*.Tests/*.csproj; do
  [[ -e $project ]] || continue
  dotnet test "$project" --nologo --verbosity quiet "$@"
done
