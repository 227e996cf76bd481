#!/usr/bin/env bash
# What the end-to-end tests need, when it is not there yet: LibreOffice and a mailbox (Dovecot) from the
# system's packages, a local Slack, and two libraries that write workbooks in JavaScript.
set -euo pipefail
cd "$(dirname "$0")/../.."

slack=out/local-slack
if [ ! -x "$slack/node_modules/local-slack-linux-x64/bin/local-slack" ]; then
  mkdir -p "$slack"
  npm install --prefix "$slack" --ignore-scripts --no-audit --no-fund --silent local-slack-linux-x64@0.1.8
fi

writers=out/writers
if [ ! -d "$writers/node_modules/exceljs" ] || [ ! -d "$writers/node_modules/xlsx" ]; then
  mkdir -p "$writers"
  npm install --prefix "$writers" --ignore-scripts --no-audit --no-fund --silent xlsx@0.18.5 exceljs@4.4.0
fi

paquets=""
command -v soffice >/dev/null || paquets="libreoffice-calc"
[ -x /usr/lib/dovecot/imap ] || paquets="$paquets dovecot-imapd"
command -v gcc >/dev/null || paquets="$paquets gcc libc6-dev"
[ -z "$paquets" ] && exit 0
sudo=""
[ "$(id -u)" -eq 0 ] || sudo="sudo"
$sudo apt-get update -qq
# shellcheck disable=SC2086 # one word per package
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $paquets
