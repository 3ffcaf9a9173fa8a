# Shared by ./run, ./test and ./hw: what the machine must have, and how to get it.
# need COMMAND-OR-CHECK PACKAGE… : installs the Debian packages when the check fails and we may, else says the one command to type.

headwater_missing=()

need() {
  local check=$1; shift
  if ! eval "$check" >/dev/null 2>&1; then headwater_missing+=("$@"); fi
}

have_library() {
  ldconfig -p 2>/dev/null | grep -q "$1" || compgen -G "/usr/lib/*/$1*" >/dev/null || compgen -G "/lib/*/$1*" >/dev/null
}

install_missing() {
  [ ${#headwater_missing[@]} -eq 0 ] && return 0
  local command="apt-get install -y --no-install-recommends ${headwater_missing[*]}"
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "Headwater needs these Debian packages or what your system calls them: ${headwater_missing[*]}" >&2
    return 2
  fi
  local as=()
  if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then as=(sudo -n)
    else
      echo "Headwater needs something that only an administrator can install. Type:" >&2
      echo "  sudo $command" >&2
      return 2
    fi
  fi
  echo "Installing ${headwater_missing[*]} …" >&2
  if ! "${as[@]}" env DEBIAN_FRONTEND=noninteractive $command >/dev/null 2>&1; then
    "${as[@]}" apt-get update >/dev/null 2>&1 || true
    if ! "${as[@]}" env DEBIAN_FRONTEND=noninteractive $command >&2; then
      echo "That did not work. Type: sudo $command" >&2
      return 2
    fi
  fi
  headwater_missing=()
}

need_dotnet() {
  if ! command -v dotnet >/dev/null 2>&1; then
    echo "Headwater needs the .NET 10 SDK (the command 'dotnet'); see CONTRIBUTING.md." >&2
    return 2
  fi
}
