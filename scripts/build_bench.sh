#!/usr/bin/env bash
# Installs what is needed and builds `bench`, which writes the commit it was built from into its records
# (with "-dirty" where files under version control have been changed).
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install_packages.sh
cmake --preset release -DBENCH_COMMIT="$(scripts/commit.sh)" "$@" >/dev/null
cmake --build --preset release --target bench >&2
