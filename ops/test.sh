#!/usr/bin/env bash
# Runs every test of Ledger.sln and ends with one line « N passed, N failed, N skipped ». The exit code is the test runner's.
# Needs the .NET SDK of global.json; installs with apt what else the tests use, where it is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Debian packages that tests use, as « program=package », the program by name or as a pattern of its path. SQLite itself comes with its NuGet package.
# valgrind counts instructions; the PostgreSQL tests start servers of their own from the installed programs.
needed=(valgrind=valgrind '/usr/lib/postgresql/*/bin/initdb=postgresql')

is_there() { command -v "$1" >/dev/null || compgen -G "$1" >/dev/null; }

install_missing() {
  local missing=() entry
  for entry in "${needed[@]}"; do
    is_there "${entry%%=*}" || missing+=("${entry#*=}")
  done
  (( ${#missing[@]} > 0 )) || return 0

  local as_root=()
  if (( EUID != 0 )); then
    if ! command -v sudo >/dev/null; then
      echo "test.sh: ${missing[*]} missing, and no root to install it: the tests that need it are skipped." >&2
      return 0
    fi
    as_root=(sudo)
  fi
  "${as_root[@]}" apt-get update -q >/dev/null
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -yq "${missing[@]}" >/dev/null
}

if ! command -v dotnet >/dev/null; then
  echo "test.sh: the .NET SDK is missing. Install the version in global.json from https://dot.net and run this again." >&2
  exit 1
fi

install_missing

output=$(mktemp)
trap 'rm -f "$output"' EXIT

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en
code=0
# One line per project, and what a failed test said.
dotnet test Ledger.sln --nologo --verbosity quiet --logger 'console;verbosity=minimal' "$@" 2>&1 | tee "$output" | sed -u '/^Test run for /d; /^A total of /d; /^$/d' || code=$?

# One line per test project: « Passed!  - Failed:     0, Passed:    12, Skipped:     0, Total:    12, … ».
sum() { grep -oE "$1: +[0-9]+" "$output" | grep -oE '[0-9]+' | awk '{ n += $1 } END { print n + 0 }' || true; }
echo "$(sum Passed) passed, $(sum Failed) failed, $(sum Skipped) skipped"
exit "$code"
