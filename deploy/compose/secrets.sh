#!/bin/sh
# Makes the secrets of docker-compose.yml:   sh deploy/compose/secrets.sh [FILE]
#
# FILE is .env beside docker-compose.yml unless told otherwise: compose reads it there, and git does not. Every network
# has its own; a secret that is there already is kept, so running this again only adds what is missing.
set -eu
umask 077
file=${1:-"$(dirname "$0")/../../.env"}

keep() { grep -q "^$1=" "$file" || printf '%s=%s\n' "$1" "$2" >>"$file"; }

secret() { keep "$1" "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"; }

[ -e "$file" ] || printf '# Secrets of this network: made by deploy/compose/secrets.sh. Keep them private.\n' >"$file"
chmod 600 "$file"
secret KITH_POSTGRES_PASSWORD
secret KITH_OPERATOR_SECRET
for service in REFERRALS MATCHING NOTIFICATIONS REPORTING; do
    secret "KITH_${service}_OWNER_PASSWORD"
    secret "KITH_${service}_PASSWORD"
    secret "KITH_${service}_SECRET"
done
# What opens the texts that are kept sealed (decision 0035). Lost, they are lost: copy it to where no backup of a
# database lies.
keep KITH_SEALING_KEYS "$(head -c 32 /dev/urandom | base64)"
echo "The secrets are in $file."
