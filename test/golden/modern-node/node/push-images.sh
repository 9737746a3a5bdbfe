#!/usr/bin/env bash
# Pushes the images of this bundle to the private registry: once, from any host that runs docker.
# Written by kubebale: change the specification and compile again, rather than this file.
# shellcheck source-path=SCRIPTDIR/../lib source-path=SCRIPTDIR/../lib/units
set -euo pipefail

readonly KB_HOST=sandbox-2 KB_ADDRESS=10.207.182.19
readonly KB_DOCKER_SOCKET=/var/run/docker.sock KB_REGISTRY=registry.example:5000

# File in images/ and the name that docker has to know it by.
readonly -a KB_IMAGES=(
  pause.tar registry.example:5000/public/pause:1.0.2
)

KB_ROOT=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")
# shellcheck source=../lib/push-images.sh
. "$KB_ROOT/lib/push-images.sh"
push_images_main "$@"
