#!/bin/sh
# Registers project files with a farm, or replaces what is registered under their names.
#   CRAFTING_URL=http://farm.lan:8810 CRAFTING_BEARER=… examples/register-all.sh [file]...
# Without files: all of examples/recipes. A file is named for its project. Needs curl. Ends with 1 when one was not registered.
set -eu

url=${CRAFTING_URL:-http://127.0.0.1:8810}
: "${CRAFTING_BEARER:?is the bearer of whoever is to own the projects; the first admin\'s is in admin-bearer.txt of the data folder}"
[ $# -gt 0 ] || set -- "$(dirname "$0")"/recipes/*.json

# The bearer goes in as configuration on standard input: arguments can be read by everybody on this host.
# Without an answer it ends badly; a curl that cannot read a file may send nothing in its place.
send() {
  [ -r "$3" ] || return 1
  printf 'header = "Authorization: Bearer %s"\n' "$CRAFTING_BEARER" |
    curl --config - --silent --show-error --max-time 30 --output "$answer" --write-out '%{http_code}' \
      --header 'Content-Type: application/json' --request "$1" --data-binary "@$3" "$url$2"
}

answer=$(mktemp)
trap 'rm -f "$answer"' EXIT
refused=0
for file; do
  name=$(basename "$file" .json)
  status=$(send POST /projects "$file") || status=none
  if [ "$status" = 409 ]; then status=$(send PUT "/projects/$name" "$file") || status=none; fi
  case $status in
  200) echo "$name: replaced" ;;
  201) echo "$name: registered" ;;
  none)
    refused=1
    echo "$name: not registered: $file cannot be read, or $url does not answer" >&2
    ;;
  *)
    refused=1
    echo "$name: refused with $status: $(cat "$answer")" >&2
    ;;
  esac
done
exit $refused
