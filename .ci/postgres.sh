# Shared by ./test and whoever wants a PostgreSQL to try something on: a private server on loopback that leaves nothing behind.
#   postgres_start    starts one, as a user that is not root, and sets HEADWATER_TEST_DATABASE to its address
#   postgres_stop     stops it and removes its files

need_postgres() { need 'postgres_bin' postgresql; }

postgres_bin() {
  local bin
  for bin in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -Vr) $(dirname "$(command -v initdb 2>/dev/null || echo /nowhere/initdb)"); do
    if [ -x "$bin/initdb" ] && [ -x "$bin/postgres" ]; then echo "$bin"; return 0; fi
  done
  return 1
}

postgres_as() {
  # PostgreSQL refuses to run as root.
  if [ "$(id -u)" -eq 0 ]; then setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; else "$@"; fi
}

postgres_start() {
  local bin port
  bin=$(postgres_bin) || return 1
  postgres_dir=$(mktemp -d)
  [ "$(id -u)" -eq 0 ] && chown postgres: "$postgres_dir"
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' 2>/dev/null || echo $((20000 + RANDOM % 20000)))
  (
    cd "$postgres_dir" || exit 1
    postgres_as "$bin/initdb" -D "$postgres_dir/data" -U headwater --auth=trust --encoding=UTF8 --locale=C.UTF-8 >"$postgres_dir/init.log" 2>&1 &&
      postgres_as "$bin/pg_ctl" -D "$postgres_dir/data" -w -t 60 -l "$postgres_dir/server.log" \
        -o "-c listen_addresses=127.0.0.1 -p $port -k $postgres_dir -c shared_buffers=128MB -c max_connections=400 -c max_wal_size=2GB ${POSTGRES_OPTIONS:-}" start >/dev/null
  ) || { cat "$postgres_dir"/*.log >&2; return 1; }
  export HEADWATER_TEST_DATABASE="postgres://headwater@127.0.0.1:$port/postgres"
  export HEADWATER_TEST_POSTGRES_BIN="$bin" HEADWATER_TEST_POSTGRES_DATA="$postgres_dir/data"
}

postgres_stop() {
  [ -n "${postgres_dir:-}" ] || return 0
  (cd "$postgres_dir" && postgres_as "$(postgres_bin)/pg_ctl" -D "$postgres_dir/data" -m immediate stop >/dev/null 2>&1)
  rm -rf "$postgres_dir"
  unset HEADWATER_TEST_DATABASE postgres_dir
}
