#!/usr/bin/env bash
# LibreOffice, from the system's packages, when it is not there yet.
set -euo pipefail
command -v soffice >/dev/null && exit 0
sudo=""
[ "$(id -u)" -eq 0 ] || sudo="sudo"
$sudo apt-get update -qq
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends libreoffice-calc
