#!/usr/bin/env bash
# Installs what building and testing needs, from Debian 12's own packages. Does nothing if all is there.
# With the argument `train`: also libtorch, for training (-DBENCH_TRAIN=ON).
set -euo pipefail

packages=(
  g++ cmake ninja-build pkg-config python3 ccache git
  libdnnl-dev libopencv-core-dev libopencv-imgproc-dev libopencv-dnn-dev libxtensor-dev nlohmann-json3-dev catch2 libbenchmark-dev
  libcli11-dev libfmt-dev libprotobuf-dev protobuf-compiler libjpeg-dev libpng-dev zlib1g-dev libzip-dev
  libpugixml-dev libssl-dev xz-utils libgemmlowp-dev libhwy-dev libsqlite3-dev
)
[ "${1:-}" = train ] && packages+=(libtorch-dev)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -q '^installed$' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "install as root: apt-get install ${missing[*]}" >&2; exit 1; }
  as_root=(sudo)
fi
echo "installing: ${missing[*]}" >&2
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
  "${missing[@]}" >/dev/null
