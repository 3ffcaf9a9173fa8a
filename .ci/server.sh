# Shared by ./run and ./hw: the server program in artifacts/server, built when something changed. Call from the repository's root.

headwater_server=artifacts/server
headwater_server_stamp=$headwater_server/.built

server_is_fresh() {
  [ -e "$headwater_server_stamp" ] && [ -z "$(find src/Headwater.Core src/Headwater.Server Directory.Build.props Directory.Packages.props global.json \
    \( -name bin -o -name obj -o -name node_modules \) -prune -o -type f -newer "$headwater_server_stamp" -print -quit)" ]
}

build_server() {
  server_is_fresh && return 0
  echo "Building …" >&2
  mkdir -p "$headwater_server"
  # Ahead-of-time code makes the start quick; where its compiler is not to be had, the same program starts a little later.
  local log
  log=$(mktemp)
  if ! dotnet publish src/Headwater.Server -c Release -v quiet -nologo --use-current-runtime --self-contained false -p:PublishReadyToRun=true -o "$headwater_server" >"$log" 2>&1 &&
     ! dotnet publish src/Headwater.Server -c Release -v quiet -nologo -o "$headwater_server" >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    echo "The build failed; the lines above say why." >&2
    return 1
  fi
  rm -f "$log"
  touch "$headwater_server_stamp"
}
