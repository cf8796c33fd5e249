#!/bin/sh
# Builds the studio's pages, web/dist, from their source in web/.
#   web.sh           sets up what is missing, checks the types and builds
#   web.sh --stale   only where the source is not the one that the pages were built from, and Node is there
set -eu
cd "$(dirname "$0")/.."
GO=${GO:-go}
. scripts/node.sh
if [ "${1:-}" = --stale ]; then
  [ "$("$GO" run ./scripts/pages)" = stale ] || exit 0
  has_node || { echo "build: the studio's pages are older than their source; with Node, 'make web' builds them"; exit 0; }
fi
GO=$GO sh scripts/setup.sh web
has_node
echo "web: building the pages"
(cd web && npm run --silent build -- --logLevel warn)
"$GO" run ./scripts/pages -built >/dev/null
