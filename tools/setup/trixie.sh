# A private apt state that reads Debian 13 (trixie) on Debian 12 without touching the system:
# the machine's own mirror and keyring, so that apt checks the signatures of all it downloads.

apt_private() { APT_CONFIG="$TRIXIE/apt.conf" "$@"; }

# The machine's Debian mirror and the keyring of its entry, from apt itself.
debian_mirror() {
  apt-get indextargets --format '$(REPO_URI) $(SUITE) $(ORIGIN)' 'Created-By: Packages' \
    2>/dev/null | awk '$2 !~ /security/ && $1 !~ /security/ && $3 == "Debian" && !n++ { print $1 }'
}

make_trixie_state() { # temporary final
  local mirror keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  mirror=$(debian_mirror)
  if [ -z "$mirror" ]; then
    logged "apt-get update" "look at the log and at /etc/apt" as_root apt-get update
    mirror=$(debian_mirror)
  fi
  [ -n "$mirror" ] || fail "found no Debian mirror in /etc/apt; add one there"
  [ -r $keyring ] || fail "no $keyring; apt-get install debian-archive-keyring"
  mkdir -p "$1/state/lists/partial" "$1/cache/archives/partial" "$1/sources.d"
  : >"$1/status"
  cat >"$1/sources.d/trixie.sources" <<SOURCES
Types: deb deb-src
URIs: $mirror
Suites: trixie
Components: main
Signed-By: $keyring
SOURCES
  cat >"$1/apt.conf" <<CONF
Dir::State "$2/state";
Dir::State::status "$2/status";
Dir::Cache "$2/cache";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$2/sources.d";
Dir::Etc::preferencesparts "-";
Dir::Etc::preferences "-";
APT::Sandbox::User "root";
APT::Get::List-Cleanup "false";
Acquire::Languages "none";
Acquire::Retries "3";
CONF
}

# Called by every step that reads trixie; the lists are fetched once a run at most.
trixie_ready() {
  [ -n "${TRIXIE_FRESH:-}" ] && return 0
  step 2 "package lists of Debian 13" "$TRIXIE" make_trixie_state
  if ! ls "$TRIXIE"/state/lists/*trixie*Sources* >/dev/null 2>&1 ||
    [ -n "$(find "$TRIXIE/state/lists" -name '*InRelease' -mtime +1 2>/dev/null)" ]; then
    logged "apt-get update for Debian 13" "check the network and run this again" \
      apt_private apt-get -o APT::Update::Error-Mode=any update
  fi
  TRIXIE_FRESH=1
}

# trixie_source NAME DIRECTORY: the upstream tarball of Debian's source package, checked by apt
# against the signed Sources index, unpacked into DIRECTORY.
trixie_source() {
  local name="$1" directory="$2" download tarball
  download="$AP_CACHE/tmp/source-$name.$$"
  rm -rf "$download"
  mkdir -p "$download" "$directory"
  (cd "$download" && logged "source of $name from Debian 13" "run this again" \
    apt_private apt-get source --tar-only "$name") || exit 1
  tarball=$(find "$download" -name '*.orig.tar.*' ! -name '*.asc')
  tarball=${tarball%%$'\n'*}
  [ -n "$tarball" ] || fail "no .orig tarball for $name in $download; run this again"
  logged "unpacking $name" "free some disk space and run this again" \
    tar -xf "$tarball" -C "$directory" --strip-components=1
  rm -rf "$download"
}
