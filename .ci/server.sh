# Shared by ./run and ./hw: the server program in artifacts/server, built when something changed. Call from the repository's root.

headwater_server=artifacts/server
headwater_server_stamp=$headwater_server/.built

server_is_fresh() {
  [ -e "$headwater_server_stamp" ] && [ -z "$(find src/Headwater.Core src/Headwater.LicenceLibrary src/LicenceLibrary.targets src/Headwater.Server Directory.Build.props Directory.Packages.props global.json \
    \( -name bin -o -name obj -o -name node_modules \) -prune -o -type f -newer "$headwater_server_stamp" -print -quit)" ]
}

# Runs a command that takes a while under a few words: on a terminal with the seconds that have gone by, elsewhere as one line.
# The clock runs beside the command, not the command beside the clock: an interruption from the keyboard has to reach the command.
with_clock() {
  local words=$1 begun=$SECONDS clock status=0
  shift
  if [ ! -t 2 ]; then
    echo "$words" >&2
    "$@"
    return
  fi
  while kill -0 $$ 2>/dev/null; do
    printf '\r%s %d s' "$words" $((SECONDS - begun)) >&2
    sleep 1
  done &
  clock=$!
  "$@" || status=$?
  kill "$clock" 2>/dev/null || :
  wait "$clock" 2>/dev/null || :
  printf '\r%s %d s.\n' "$words" $((SECONDS - begun)) >&2
  return "$status"
}

# Ahead-of-time code makes the start quick; where its compiler is not to be had, the same program starts a little later.
publish_server() {
  dotnet publish src/Headwater.Server -c Release -v quiet -nologo --use-current-runtime --self-contained false -p:PublishReadyToRun=true -o "$headwater_server" >"$1" 2>&1 ||
    dotnet publish src/Headwater.Server -c Release -v quiet -nologo -o "$headwater_server" >"$1" 2>&1
}

build_server() {
  server_is_fresh && return 0
  mkdir -p "$headwater_server"
  local log
  log=$(mktemp)
  if ! with_clock "Building (the first time takes a minute or more) …" publish_server "$log"; then
    cat "$log" >&2
    rm -f "$log"
    echo "The build failed; the lines above say why." >&2
    return 1
  fi
  rm -f "$log"
  touch "$headwater_server_stamp"
}
