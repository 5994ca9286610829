#!/bin/sh
# Creates the database at the first start, then becomes the server.
#
# Environment: POSTGRES_DB, POSTGRES_USER, and the password in POSTGRES_PASSWORD_FILE or
# POSTGRES_PASSWORD.
set -eu

data=/var/lib/postgresql/data/pgdata
user=${POSTGRES_USER:-grocery}
database=${POSTGRES_DB:-grocery}

if [ ! -s "$data/PG_VERSION" ]; then
    password_file=${POSTGRES_PASSWORD_FILE:-}
    if [ -z "$password_file" ]; then
        if [ -z "${POSTGRES_PASSWORD:-}" ]; then
            echo "postgres: set POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE" >&2
            exit 64
        fi
        password_file=/tmp/password
        (umask 077 && printf '%s\n' "$POSTGRES_PASSWORD" > "$password_file")
    fi
    # A start that was killed half-way leaves a folder that initdb would refuse, so it works in one
    # of its own and is renamed when the database is complete.
    fresh=$data.new
    rm -rf "$fresh" "$data"
    initdb --pgdata="$fresh" --username="$user" --pwfile="$password_file" \
        --encoding=UTF8 --locale=C --auth-local=trust --auth-host=scram-sha-256
    echo "host all all all scram-sha-256" >> "$fresh/pg_hba.conf"
    if [ "$database" != postgres ]; then
        echo "CREATE DATABASE \"$database\" OWNER \"$user\";" |
            postgres --single -D "$fresh" -c unix_socket_directories=/tmp postgres
    fi
    rm -f /tmp/password
    mv "$fresh" "$data"
fi

exec postgres -D "$data" -c listen_addresses='*' -c unix_socket_directories=/tmp "$@"
