#!/usr/bin/env bash
# Ours beside its peers, in one page of one headless Chromium, one thread each: prints a table, writes target/bench.json.
#
#   tests/bench/run.sh [--only TEXT] [--peers a,b] [--quick]
#
# Peers from npm are pinned by package-lock.json, Burn and Candle by their own Cargo.lock; nothing of them is part of the
# package. Everything made here goes to target/bench/ and is made again only when its sources change.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
out=$root/target/bench
mkdir -p "$out/wasm"

if ! cmp -s "$here/package-lock.json" "$out/package-lock.json" || [ ! -d "$out/node_modules" ]; then
    cp "$here/package.json" "$here/package-lock.json" "$out/"
    (cd "$out" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
fi

# A contestant: the crate in $2 becomes wasm/$1.wasm, by the flags of the wasm that readers get.
contestant() {
    local name=$1 dir=$2
    RUSTFLAGS="-C target-feature=+simd128" cargo build --quiet --locked --release --target wasm32-unknown-unknown \
        --manifest-path "$dir/Cargo.toml" --target-dir "$out/cargo"
    local built=$out/cargo/wasm32-unknown-unknown/release/bench_$name.wasm
    if [ "$built" -nt "$out/wasm/$name.wasm" ]; then
        cp "$built" "$out/wasm/$name.wasm"
    fi
}

rustup target list --installed 2>/dev/null | grep -qx wasm32-unknown-unknown || rustup target add wasm32-unknown-unknown
contestant limit "$here/limit"
contestant ours "$here/ours"
# A peer that does not build is reported as missing by the table, with cargo's text above it.
for peer in burn candle; do
    contestant "$peer" "$here/peers/$peer" || echo "bench: $peer does not build" >&2
done

exec node "$here/run.mjs" "$out" "$@"
