# npm packages for the browser tests and the benchmarks (development only). Installed by
# `npm ci`, which checks every file against the lock's sha512, into the folder's node_modules.

setup_npm() { # step folder
  local folder="$2" stamp
  [ -f "$folder/package-lock.json" ] || return 0
  stamp="$folder/node_modules/.installed-$(hash_of "$folder/package-lock.json")"
  [ -f "$stamp" ] && return 0
  say "[$1/$AP_STEPS] npm packages of $(basename "$folder") ..."
  logged "npm packages in $folder" "check the network and run this again" \
    npm ci --prefix "$folder" --cache "$AP_CACHE/npm" --no-audit --no-fund --ignore-scripts
  : >"$stamp"
}
