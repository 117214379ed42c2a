# Sourced by scripts/austin and scripts/test, with $root set: what a machine
# needs before TypeScript can run. Defines `deno_task`, and lets $PATH begin
# with the deno that is pinned here.
#
# Deno comes from $PATH, or else from npm or PyPI into .tools/. It is put there
# in one step, so there is never half of it, and any number of these may run at
# once.

deno_pinned=2.9.6
deno_accepted=2.9

say() {
  printf '%s\n' "$*" >&2
}

fail() {
  say "error: $1"
  shift
  for hint in "$@"; do say "hint: $hint"; done
  exit 1
}

# Is "$1" a deno that will do? It is run, so that a broken one is found here.
is_deno() {
  case $("$1" --version 2>/dev/null) in
  "deno $deno_accepted."*) return 0 ;;
  esac
  return 1
}

# Names the npm package that holds the executable itself, for this machine.
npm_package() {
  case $(uname -s)-$(uname -m) in
  Linux-x86_64) echo linux-x64-glibc ;;
  Linux-aarch64 | Linux-arm64) echo linux-arm64-glibc ;;
  Darwin-x86_64) echo darwin-x64 ;;
  Darwin-arm64) echo darwin-arm64 ;;
  *) return 1 ;;
  esac
}

from_npm() {
  command -v npm >/dev/null && package=$(npm_package) || return 1
  npm install --prefix "$1" --ignore-scripts --no-save --no-audit --no-fund \
    "@deno/$package@$deno_pinned" >"$1/log" 2>&1
}

from_pypi() {
  for pip in "python3 -m pip" pip3 pip; do
    if $pip --version >/dev/null 2>&1; then
      $pip install --no-deps --only-binary :all: --target "$1" \
        "deno==$deno_pinned" >"$1/log" 2>&1
      return
    fi
  done
  return 1
}

# Prints the path of the deno below "$1".
find_deno() {
  find "$1" -type f -name deno -size +1000k | while read -r candidate; do
    chmod +x "$candidate"
    if is_deno "$candidate"; then
      printf '%s\n' "$candidate"
      break
    fi
  done
}

# What installers that were killed have left; those that run are let be.
remove_leftovers() {
  for folder in "$root"/.tools/new.*; do
    [ -d "$folder" ] || continue
    kill -0 "${folder##*.}" 2>/dev/null || rm -rf "$folder"
  done
}

# A link, and not a rename: one that another run is using already has to stay.
put_in_place() {
  mkdir -p "$2"
  ln "$1" "$2/deno" 2>/dev/null || is_deno "$2/deno" || mv -f "$1" "$2/deno"
}

install_deno() {
  remove_leftovers
  say "Fetching deno $deno_pinned into .tools/ (once)"
  logs=
  for source in npm pypi; do
    new=$root/.tools/new.$$
    rm -rf "$new"
    mkdir -p "$new" || fail "Cannot create a folder in $root/.tools"
    "from_$source" "$new"
    found=$(find_deno "$new")
    if [ -n "$found" ]; then
      put_in_place "$found" "$root/.tools/deno-$deno_pinned"
      rm -rf "$new"
      return
    fi
    if [ -s "$new/log" ]; then
      logs="$logs
--- $source
$(tail -n 15 "$new/log")"
    fi
    rm -rf "$new"
  done
  [ -z "$logs" ] || say "$logs"
  fail "Cannot get deno $deno_pinned: neither npm nor pip could install it" \
    "npm comes with Node.js (apt-get install npm), pip with Python (apt-get install python3-pip)" \
    "or put deno $deno_accepted.x on the PATH yourself"
}

# Every download of deno itself goes below .cache/ too, unless told otherwise.
set_up() {
  compiler=${CC:-cc}
  command -v "${compiler%% *}" >/dev/null || fail "Cannot find a C compiler: ${compiler%% *}" \
    "install one, for instance with: apt-get install gcc libc6-dev" \
    "or name it in \$CC"
  if ! is_deno deno; then
    PATH=$root/.tools/deno-$deno_pinned:$PATH
    is_deno deno || install_deno
  fi
  # Some tests need chroot and its like, which not everybody's PATH has.
  export PATH="$PATH:/usr/sbin:/sbin"
  export DENO_DIR="${DENO_DIR:-$root/.cache/deno}" DENO_NO_UPDATE_CHECK=1
  # Where a proxy signs with a certificate of its own, only the system knows it.
  export DENO_TLS_CA_STORE="${DENO_TLS_CA_STORE:-mozilla,system}"
}

# Runs a task of deno.json in the tree, whatever the current folder is.
deno_task() {
  deno task --quiet --cwd "$root" "$@"
}
