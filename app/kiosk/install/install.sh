#!/bin/sh
# Puts the kiosk's units, users, policies and settings where Debian looks for them:
#   sudo sh install.sh                  what was edited in /etc/apparatus stays as it is
#   sh install.sh /tmp/somewhere        into a folder, to see what would be put where
set -eu
here=$(cd "$(dirname "$0")" && pwd)
to=${1:-}

put() { install -D -m 0644 "$here/$1" "$to/$2"; }

for unit in "$here"/systemd/*.service "$here"/systemd/*.timer; do
  put "systemd/${unit##*/}" "etc/systemd/system/${unit##*/}"
done
put systemd/user-871.slice.d/apparatus.conf etc/systemd/system/user-871.slice.d/apparatus.conf
put sysusers.d/apparatus.conf etc/sysusers.d/apparatus.conf
put tmpfiles.d/apparatus.conf etc/tmpfiles.d/apparatus.conf
put pam.d/apparatus-screen etc/pam.d/apparatus-screen
put policies/apparatus.json etc/chromium/policies/managed/apparatus.json
put policies/apparatus.json etc/opt/chrome/policies/managed/apparatus.json
for part in logind journald system; do
  put "etc/$part.conf" "etc/systemd/$part.conf.d/apparatus.conf"
done
put etc/sysctl.conf etc/sysctl.d/80-apparatus.conf
put GUIDE.md usr/local/share/doc/apparatus/GUIDE.md
put GUIDE.fr.md usr/local/share/doc/apparatus/GUIDE.fr.md
[ -e "$to/etc/apparatus/environment" ] || put etc/environment etc/apparatus/environment
[ -e "$to/etc/apparatus/kiosk.toml" ] || put ../../../apparatus/prompts/kiosk.toml etc/apparatus/kiosk.toml

if [ -z "$to" ]; then
  systemd-sysusers
  systemd-tmpfiles --create
  systemctl daemon-reload
  echo "Installed. What is missing yet, says:"
  echo "runuser -u apparatus -- /opt/apparatus/bin/apparatus kiosk --check --folder /var/lib/apparatus \\"
  echo "  --config /etc/apparatus/kiosk.toml"
fi
